/** Rows of an HDF5 array, of which chunks are kept: a row costs its whole chunk, and the next row may lie in it too. */
import { Hdf5Reader } from './hdf5-reader.ts';
import { type Hdf5Place, type RowBytes, rowBytesOf } from './place.ts';

/** Of chunks that are kept unpacked, bytes. */
const keptBytes = 2 ** 26;
/** Of rows that are read at once where there are no chunks. */
const readBytes = 2 ** 22;

export function openHdf5Rows(place: Hdf5Place): RowBytes {
  const { shape } = place;
  const rowBytes = rowBytesOf(place);
  const [total] = shape;
  const chunkRows = place.chunkRows ?? 1;
  // Where a chunk is larger than all that is kept, each of its rows costs it anew.
  const isKept = place.chunkRows !== null && chunkRows * rowBytes <= keptBytes;
  const most = Math.max(isKept ? chunkRows : 1, Math.floor(readBytes / rowBytes));
  const reader = new Hdf5Reader(place, Math.min(total, most));
  const kept = new Map<number, Uint8Array>();

  const chunkAt = (first: number): Uint8Array => {
    const bytes = kept.get(first) ?? new Uint8Array(reader.read(first, Math.min(chunkRows, total - first)));
    // A map keeps the order in which its entries were put in: the first was not used for longest.
    kept.delete(first);
    kept.set(first, bytes);
    const [oldest] = kept.keys();
    if (kept.size > 1 && kept.size * chunkRows * rowBytes > keptBytes) kept.delete(oldest);
    return bytes;
  };
  /** Rows from `row` on, up to `end`, and where they start in the bytes. */
  const some = (row: number, end: number): readonly [bytes: Uint8Array, from: number, count: number] => {
    const count = Math.min(end - row, most);
    if (!isKept) return [reader.read(row, count), 0, count];
    const behind = row % chunkRows;
    // Whole chunks, as a pass through the file takes them, are not looked at again.
    const whole = behind === 0 ? count - (count % chunkRows) : 0;
    if (whole > 0 && !kept.has(row)) return [reader.read(row, whole), 0, whole];
    return [chunkAt(row - behind), behind, Math.min(count, chunkRows - behind)];
  };

  let room = new Uint8Array(0);
  return {
    read(first, count) {
      if (room.length < count * rowBytes) room = new Uint8Array(count * rowBytes);
      const end = first + count;
      for (let row = first; row < end; ) {
        const [bytes, from, rows] = some(row, end);
        room.set(bytes.subarray(from * rowBytes, (from + rows) * rowBytes), (row - first) * rowBytes);
        row += rows;
      }
      return room.subarray(0, count * rowBytes);
    },
  };
}
