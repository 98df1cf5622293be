export { allreduceSeconds } from './allreduce.ts';
export { type Machine, machines } from './machines.ts';
export { readMeasuredScaling } from './measured.ts';
export { type Prediction, type Scaling, type Workload, fitSpread, predictStep } from './model.ts';
export { expectedLateness } from './stragglers.ts';
