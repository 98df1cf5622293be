import { ShapeError } from '../errors/index.ts';

// Views of whole buffers as 32-bit words, made once per buffer, so that gathering a batch allocates nothing.
const views = new WeakMap<ArrayBufferLike, Uint32Array>();

function wordsOf(buffer: ArrayBufferLike): Uint32Array {
  let words = views.get(buffer);
  if (words === undefined || words.length !== buffer.byteLength >>> 2) {
    words = new Uint32Array(buffer, 0, buffer.byteLength >>> 2);
    views.set(buffer, words);
  }
  return words;
}

/**
 * Copies rows of a data set into a batch: row i of `out` is row indices[i] of `images`. Rows whose length and place are
 * multiples of four bytes go word by word.
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
  if ((rowBytes | images.byteOffset | (out.byteOffset + outOffset)) % 4 !== 0) {
    copyRows(images, 0, rowBytes, indices, out, outOffset);
    return;
  }
  const target = (out.byteOffset + outOffset) / 4;
  copyRows(wordsOf(images.buffer), images.byteOffset / 4, rowBytes / 4, indices, wordsOf(out.buffer), target);
}

function copyRows<T extends Uint8Array | Uint32Array>(
  source: T,
  start: number,
  row: number,
  indices: Int32Array,
  target: T,
  targetStart: number,
): void {
  let to = targetStart;
  for (let i = 0; i < indices.length; i++) {
    const from = start + indices[i] * row;
    for (let j = 0; j < row; j++) target[to + j] = source[from + j];
    to += row;
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
