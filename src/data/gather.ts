import { ShapeError } from '../errors/index.ts';

/**
 * Copies rows of a data set into a batch: row i of `out` is row indices[i] of `images`.
 * @param images [count, rowBytes]
 * @param out at least [indices.length, rowBytes], from `outOffset` on
 * @throws ShapeError where an index is beyond the images or the batch beyond `out`
 */
export function gatherBytes(
  images: Uint8Array,
  rowBytes: number,
  indices: Int32Array,
  out: Uint8Array,
  outOffset = 0,
): void {
  const rows = Math.floor(images.length / rowBytes);
  checkRoom('gatherBytes', out.length - outOffset, indices.length * rowBytes);
  for (let i = 0; i < indices.length; i++) checkIndex('gatherBytes', indices[i], rows);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i] * rowBytes;
    // a view per row, but the copy is the machine's own, twice as fast as a loop
    out.set(images.subarray(from, from + rowBytes), outOffset + i * rowBytes);
  }
}

/**
 * Copies the labels of a batch: out[outOffset + i] = labels[indices[i]].
 * @throws ShapeError where an index is beyond the labels or the batch beyond `out`
 */
export function gatherLabels(labels: Uint8Array, indices: Int32Array, out: Int32Array, outOffset = 0): void {
  checkRoom('gatherLabels', out.length - outOffset, indices.length);
  for (let i = 0; i < indices.length; i++) {
    checkIndex('gatherLabels', indices[i], labels.length);
    out[outOffset + i] = labels[indices[i]];
  }
}

function checkRoom(operation: string, room: number, needed: number): void {
  if (room >= needed) return;
  throw new ShapeError(`${operation}: the batch does not fit`, { got: `room for ${room}`, expected: `${needed}` });
}

function checkIndex(operation: string, index: number, count: number): void {
  if (index >= 0 && index < count) return;
  throw new ShapeError(`${operation}: no such example`, { got: `index ${index}`, expected: `0 to ${count - 1}` });
}
