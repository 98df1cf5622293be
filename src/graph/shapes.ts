import { ShapeError } from '../errors/index.ts';
import type { DataType, Padding, Shape, TensorType } from './types.ts';

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

export const bytesPerElement: Readonly<Record<DataType, number>> = { f32: 4, bf16: 2, i32: 4, u8: 1 };

export function bytesOf(type: TensorType): number {
  return sizeOf(type.shape) * bytesPerElement[type.dtype];
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, i) => extent === b[i]);
}

/** `64x28x28x1`; a scalar is `scalar`. */
export function formatShape(shape: Shape): string {
  return shape.length === 0 ? 'scalar' : shape.join('x');
}

/** Whether `shape` is what is left of `whole` without some leading axes. */
export function isSuffix(shape: Shape, whole: Shape): boolean {
  return shape.length <= whole.length && sameShape(shape, whole.slice(whole.length - shape.length));
}

export interface WindowGeometry {
  readonly output: number;
  /** padding in front; the rest of the padding follows from `output` */
  readonly before: number;
  /** padding behind; never negative */
  readonly after: number;
}

/**
 * Output extent and padding of a window that slides along one axis, as TensorFlow defines SAME and VALID.
 * @param window extent of the window, the dilation counted in: (kernel - 1) * dilation + 1
 */
export function windowGeometry(input: number, window: number, stride: number, padding: Padding): WindowGeometry {
  if (padding === 'VALID') return { output: Math.floor((input - window) / stride) + 1, before: 0, after: 0 };
  const output = Math.ceil(input / stride);
  const total = Math.max(0, (output - 1) * stride + window - input);
  const before = Math.floor(total / 2);
  return { output, before, after: total - before };
}

/** A ShapeError in the house's form: `shape mismatch in matmul, a 64x784, b 783x64: the inner extents differ`. */
export function shapeMismatch(operation: string, operands: Readonly<Record<string, Shape>>, why: string): ShapeError {
  const listed = Object.entries(operands).map(([name, shape]) => `${name} ${formatShape(shape)}`);
  return new ShapeError(`shape mismatch in ${[operation, ...listed].join(', ')}: ${why}`);
}
