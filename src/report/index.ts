export { posteriorFigure } from './figures/posterior.ts';
export { type ScalingSeries, scalingFigure } from './figures/scaling.ts';
export { toPng } from './png.ts';
export {
  type Machine,
  type Prediction,
  type Scaling,
  type Workload,
  fitSpread,
  machines,
  predictStep,
  readMeasuredScaling,
} from './scaling/index.ts';
export { tensorBoardObserver, writeEvaluationEvents } from './tensorboard/observer.ts';
