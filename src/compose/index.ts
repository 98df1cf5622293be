export { chooseEngine, describeBfloat16, describeEngine } from './engine.ts';
export { elementsOf } from './elements.ts';
export { type RunPrediction, evaluateRun, predictWithRun } from './evaluate-run.ts';
export type { Outcome, RunSummary } from './evaluation.ts';
export { launchedAs } from './launched.ts';
export type { TrainRequest } from './request.ts';
export { trainRun } from './train-run.ts';
export type { Watch } from './watch.ts';
