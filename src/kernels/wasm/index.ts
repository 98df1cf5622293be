export { activationCodes } from './bindings/binding.ts';
export { type Vectors, wasmBuilds, wasmEngine, wasmKernels, wasmKernelsWith } from './engine.ts';
export type { WasmExports } from './exports.ts';
export { type Build, isAvailable } from './module.ts';
