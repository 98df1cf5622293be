export { allreduceSeconds } from './allreduce.ts';
export { type Machine, type MachinePreset, machines } from './machines.ts';
export { type FittedScaling, fitScaling } from './fit.ts';
export { type MeasuredScaling, readMeasuredScaling } from './measured.ts';
export { type Prediction, type Scaling, type Workload, fitSpread, largestSpread, predictStep } from './model.ts';
export { expectedLateness } from './stragglers.ts';
