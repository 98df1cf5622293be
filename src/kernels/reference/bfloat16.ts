import { type DataType, fromBfloat16, sizeOf, toBfloat16 } from '../../graph/index.ts';
import type { BufferView } from '../kernels.ts';
import type { Elements, Operand } from './binding.ts';

/** An operand, and what keeps its elements in step with the memory where they are not the memory itself. */
export interface Opened extends Operand {
  /** memory to elements, in front of a call */
  readonly load: (() => void) | null;
  /** elements to memory, behind a call */
  readonly store: (() => void) | null;
}

/** float32, integers and bytes are worked on where they lie; bfloat16 in float32 beside it, rounded when stored. */
export function open(memory: WebAssembly.Memory, { offset, shape, dtype }: BufferView): Opened {
  if (dtype !== 'bf16')
    return { shape, dtype, data: inPlace(memory, offset, sizeOf(shape), dtype), load: null, store: null };
  const bits = new Uint16Array(memory.buffer, offset, sizeOf(shape));
  const data = new Float32Array(bits.length);
  return {
    shape,
    dtype,
    data,
    load() {
      for (let i = 0; i < bits.length; i++) data[i] = fromBfloat16(bits[i]);
    },
    store() {
      for (let i = 0; i < bits.length; i++) bits[i] = toBfloat16(data[i]);
    },
  };
}

function inPlace(
  { buffer }: WebAssembly.Memory,
  offset: number,
  size: number,
  dtype: Exclude<DataType, 'bf16'>,
): Elements {
  switch (dtype) {
    case 'f32':
      return new Float32Array(buffer, offset, size);
    case 'i32':
      return new Int32Array(buffer, offset, size);
    case 'u8':
      return new Uint8Array(buffer, offset, size);
  }
}
