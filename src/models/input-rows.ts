/** Inputs of examples, encoded as their model expects them: side by side in memory, or read when they are asked for. */
export type Inputs = Uint8Array | Float32Array | InputRows;

/** Inputs that lie elsewhere, in a file that is larger than memory for one. */
export interface InputRows {
  readonly dtype: 'u8' | 'f32';
  /** numbers in all: examples x those of one */
  readonly length: number;
  /**
   * Puts the inputs of example indices[i] into row i of `into`: the same numbers whenever it is asked for them.
   * @param into at least [indices.length, those of an example], of the type of `dtype`
   * @throws DataError where they cannot be read
   */
  gather(indices: Int32Array, into: Uint8Array | Float32Array): void;
}

export function areInMemory(inputs: Inputs): inputs is Uint8Array | Float32Array {
  return ArrayBuffer.isView(inputs);
}

export function dtypeOf(inputs: Inputs): 'u8' | 'f32' {
  if (!areInMemory(inputs)) return inputs.dtype;
  return inputs instanceof Uint8Array ? 'u8' : 'f32';
}
