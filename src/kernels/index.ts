export {
  type BufferView,
  type KernelCall,
  type KernelContext,
  type Kernels,
  type KernelsFactory,
  control,
} from './kernels.ts';
export { canShare, isShared, sharedBuffer } from './memory.ts';
export { Program, type ProgramMemory, type ProgramRequest } from './program.ts';
