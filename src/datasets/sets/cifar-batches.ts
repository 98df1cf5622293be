import type { DatasetDefinition } from '../dataset.ts';
import { sharedBytes } from '../readers/bytes.ts';
import { type Named, checkAgreement } from './checks.ts';

/** The images of one file, where they lie in what was read of it. */
export interface Batch {
  /** for messages: the file of the labels, or the file and where they stand in it */
  readonly labelsName: string;
  readonly count: number;
  readonly bytes: Uint8Array;
  /** where image i starts: offset + i * stride */
  readonly offset: number;
  readonly stride: number;
  /** planar: [channels, height, width], as CIFAR's authors have it; else [height, width, channels] */
  readonly isPlanar: boolean;
  /** [count] */
  readonly labels: ArrayLike<number>;
}

/**
 * Reads a file of a data set.
 * @param place of the file among those of its part
 * @throws DataError naming it
 */
export type ReadBatch = (definition: DatasetDefinition, path: string, place: number) => Batch;

interface Assembled {
  /** [count, height, width, channels], on a SharedArrayBuffer */
  readonly images: Named<Uint8Array>;
  readonly labels: Named<readonly number[]>;
}

/**
 * Reads the files of a part one after the other, so that no two of them are in memory at once, into one array.
 * @throws DataError where a file is missing or is not what it should be
 */
export function assemble(definition: DatasetDefinition, paths: readonly string[], read: ReadBatch): Assembled {
  const { height, width, channels } = definition;
  const imageBytes = height * width * channels;
  let images: Uint8Array = new Uint8Array(0);
  let count = 0;
  const labels: number[] = [];
  let labelsName = '';
  for (const [i, path] of paths.entries()) {
    const batch = read(definition, path, i);
    labelsName ||= batch.labelsName;
    checkAgreement(path, batch.count, batch.labelsName, batch.labels.length);
    const end = (count + batch.count) * imageBytes;
    if (end > images.length) {
      // As if the files to come were as long as this one, which CIFAR's are: grown once.
      const grown = sharedBytes(path, (count + batch.count * (paths.length - i)) * imageBytes);
      grown.set(images.subarray(0, count * imageBytes));
      images = grown;
    }
    copyImages(batch, definition, images.subarray(count * imageBytes, end));
    for (let n = 0; n < batch.count; n++) labels.push(batch.labels[n]);
    count += batch.count;
  }
  const name = paths.length === 1 ? paths[0] : `${paths[0]} to ${paths.at(-1)?.replace(/^.*[/\\]/, '')}`;
  return {
    images: { name, shape: [count, height, width, channels], data: images.subarray(0, count * imageBytes) },
    labels: { name: labelsName, shape: [count], data: labels },
  };
}

/** Copies images into [count, height, width, channels]. */
function copyImages(
  { bytes, count, offset, stride, isPlanar }: Batch,
  { height, width, channels }: DatasetDefinition,
  out: Uint8Array,
): void {
  const plane = height * width;
  const imageBytes = plane * channels;
  for (let i = 0, to = 0; i < count; i++, to += imageBytes) {
    const from = offset + i * stride;
    if (!isPlanar) {
      out.set(bytes.subarray(from, from + imageBytes), to);
      continue;
    }
    for (let c = 0; c < channels; c++) {
      for (let p = 0; p < plane; p++) out[to + p * channels + c] = bytes[from + c * plane + p];
    }
  }
}
