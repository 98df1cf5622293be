export { activationCodes } from './bindings/binding.ts';
export { wasmBuilds, wasmEngine, wasmKernels } from './engine.ts';
export type { WasmExports } from './exports.ts';
export { type Build, isAvailable } from './module.ts';
