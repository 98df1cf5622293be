import type { KernelsFactory } from '../../src/kernels/index.ts';
import { referenceKernels } from '../../src/kernels/reference/index.ts';

export interface Engine {
  readonly name: string;
  /** null: not on this machine */
  load(): Promise<KernelsFactory | null>;
  /** what is missing where `load` gives null */
  readonly skipReason: string;
}

/** Every engine that the contract holds together. */
export const engines: readonly Engine[] = [
  { name: 'reference', load: () => Promise.resolve(referenceKernels), skipReason: 'never' },
];
