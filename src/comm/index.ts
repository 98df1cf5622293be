export type { Collective, Communicator, FoldRequest, Place } from './communicator.ts';
export { type Elements, type ElementType, type Reduction, sharedFloats } from './elements.ts';
export * from './reduction/index.ts';
export { solo } from './solo/index.ts';
export { DriftCheck, type DriftTensor, checksum } from './drift.ts';
export { type LaunchedAs, rankFromEnvironment } from './environment.ts';
