import type { DataType, OperationName, Operations, Shape } from '../../graph/index.ts';

/** Elements of a tensor. The engine binds float32; a test may hand in float64 and get the same code in double. */
export type Elements = Float32Array | Float64Array | Int32Array | Uint8Array;

export interface Operand {
  readonly shape: Shape;
  /** how the memory holds the elements */
  readonly dtype: DataType;
  /** row-major */
  readonly data: Elements;
}

/** The control block, read when a call runs. */
export interface ControlBlock {
  readonly integers: Uint32Array;
  readonly floats: Float32Array;
}

/**
 * What the reference engine knows of an operation: from attributes and operands to the function that computes it.
 * Sums run in double, results are rounded once, when they are stored. Memory beyond the operands is taken here, once.
 */
export type Bind<O extends OperationName> = (
  attributes: Operations[O],
  inputs: readonly Operand[],
  outputs: readonly Operand[],
  control: ControlBlock,
) => () => void;

/** A table of some operations. */
export type BindTable<O extends OperationName> = { readonly [Name in O]: Bind<Name> };

/** Extent of the last axis. */
export function lastAxis({ shape }: Operand): number {
  return shape[shape.length - 1];
}
