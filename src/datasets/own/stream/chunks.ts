import type { NumberArray } from '../../../data/index.ts';
import { isFileNumbers } from './open.ts';
import { rowBytesOf } from './place.ts';

/** A chunk that is larger makes batches wait for it, bytes. */
const largeChunk = 2 ** 22;

/** Says so where each row of a batch costs a large chunk. */
export function warnOfChunks({ name, data }: NumberArray, warn: ((line: string) => void) | undefined): void {
  const place = isFileNumbers(data) ? data.place : null;
  if (place?.kind !== 'hdf5' || place.chunkRows === null) return;
  const bytes = place.chunkRows * rowBytesOf(place);
  if (place.chunkRows === 1 || bytes <= largeChunk) return;
  const megabytes = (bytes / 1e6).toFixed(1);
  warn?.(
    `${name} has chunks of ${place.chunkRows} rows: each row of a batch costs ${megabytes} MB to be unpacked. ` +
      `Write it without chunks, or with chunks of one row: chunks=(1, ${place.shape.slice(1).join(', ')})`,
  );
}
