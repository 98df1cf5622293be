import type { KernelCall, KernelContext } from '../kernels.ts';
import type { WasmExports } from '../wasm/index.ts';
import type { Session } from './session.ts';

/** A call for which oneDNN's primitives are made, without a place yet. */
export interface Prepared {
  readonly scratchBytes: number;
  bind(context: KernelContext): () => void;
}

/**
 * @returns null where the wasm kernels are the faster ones
 * @throws Unimplemented where oneDNN has nothing for it
 */
export type Prepare = (call: KernelCall, native: Native) => Prepared | null;

/** Both libraries on one memory. */
export interface Native {
  readonly session: Session;
  readonly wasm: WasmExports;
  /** whether native kernels are in its place */
  readonly hasVectors: boolean;
}

/** Hands out places of the scratch, in bytes from its start. */
export class ScratchPlan {
  #next = 0;

  take(bytes: number): number {
    const at = this.#next;
    this.#next = at + Math.ceil(bytes / 64) * 64;
    return at;
  }

  get bytes(): number {
    return this.#next;
  }
}
