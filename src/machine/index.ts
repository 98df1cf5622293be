export { benchScaling, scalingTable } from './bench/scaling.ts';
export { type Measurement, isLarge, measureTraining, usualSeconds } from './bench/measure.ts';
export { type Spread, spread } from './bench/statistics.ts';
export { benchTraining, trainingTable } from './bench/training.ts';
export {
  type Component,
  communicatorNames,
  engineNames,
  launchersOf,
  listComponents,
  workingEngines,
} from './components.ts';
export { type MeasuredMachine, describeMachine } from './describe.ts';
export { type Finding, lookAtMachine } from './findings.ts';
export { limitBehind } from './limits.ts';
