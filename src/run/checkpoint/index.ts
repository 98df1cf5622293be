export { parametersSha256 } from './checkpoint.ts';
export { type ExpectedModel, type LoadOptions, assertModel, latestState, loadCheckpoint, loadLatest } from './load.ts';
export { CheckpointStore, type CheckpointStoreOptions } from './store.ts';
