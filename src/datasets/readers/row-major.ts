/**
 * Elements in row-major order, from Fortran's, in which the first index runs fastest.
 * @param data [..shape], elements of `width` bytes
 */
export function rowMajor(data: Uint8Array, shape: readonly number[], width: number): Uint8Array {
  // With one axis that is longer than 1, both orders are one.
  if (data.length === 0 || shape.filter((extent) => extent !== 1).length < 2) return data;
  const out = new Uint8Array(data.length);
  const index = new Array<number>(shape.length).fill(0);
  const steps: number[] = [];
  let step = width;
  for (const extent of shape) {
    steps.push(step);
    step *= extent;
  }
  for (let to = 0, from = 0; to < out.length; to += width) {
    if (width === 1) out[to] = data[from];
    else for (let b = 0; b < width; b++) out[to + b] = data[from + b];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++index[axis] < shape[axis]) break;
      from -= steps[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}
