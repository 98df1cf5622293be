export {
  type BufferView,
  type EngineName,
  type KernelCall,
  type KernelContext,
  type Kernels,
  type KernelsFactory,
  control,
  engineNames,
  isKernelsFactory,
} from './kernels.ts';
export { canShare, isShared, sharedBuffer } from './memory.ts';
export { Program, type ProgramMemory, type ProgramRequest } from './program.ts';
