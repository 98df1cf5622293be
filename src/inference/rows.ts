import { type Inputs, areInMemory } from '../models/index.ts';

/** @returns the inputs of examples that follow each other, at most `batch`: those that are read stay until others are */
export function readerOf(inputs: Inputs, rowSize: number, batch: number) {
  if (areInMemory(inputs)) {
    return (first: number, count: number) => inputs.subarray(first * rowSize, (first + count) * rowSize);
  }
  const read = new (inputs.dtype === 'u8' ? Uint8Array : Float32Array)(batch * rowSize);
  return (first: number, count: number) => {
    const into = read.subarray(0, count * rowSize);
    inputs.gather(
      Int32Array.from({ length: count }, (_, i) => first + i),
      into,
    );
    return into;
  };
}
