export { wasmBuilds, wasmKernels } from './engine.ts';
export { type Build, isAvailable } from './module.ts';
