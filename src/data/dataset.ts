import type { ArrayExamples } from './examples.ts';
import { gatherRows } from './gather.ts';
import { sharedBuffer } from './shared.ts';
import { splitRows } from './split.ts';

/** A data set in memory. Images stay bytes: the graph turns a batch into reals. */
export interface ImageSet {
  /** number of examples */
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** [count, height, width, channels], row-major; on a SharedArrayBuffer so that ranks in threads share one copy */
  readonly images: Uint8Array;
  /** [count], 0 .. classes - 1; on a SharedArrayBuffer */
  readonly labels: Uint8Array;
  /** [height, width, channels], in units of 1 (a byte is 1 / 255): what a network subtracts from each image; none unless given */
  readonly pixelMean?: Float32Array | null;
}

/** The same examples as any model takes them. */
export function imageExamples({ count, height, width, channels, images, labels }: ImageSet): ArrayExamples {
  return { count, shape: [height, width, channels], inputs: images, targets: labels };
}

/**
 * Keeps a share of the images, drawn by the seed, from training (`splitRows`).
 * @param share 0 to below 1; 0: none
 * @throws UsageError where it is none, DataError where nothing is left to train on
 */
export function splitImages(
  set: ImageSet,
  share: number,
  seed: number,
): { readonly train: ImageSet; readonly validation: ImageSet | null } {
  if (share === 0) return { train: set, validation: null };
  const all = Int32Array.from({ length: set.count }, (_, row) => row);
  const { train, validation } = splitRows('the training images', all, set.count, { test: 0, validation: share, seed });
  return { train: someImages(set, train), validation: validation && someImages(set, validation) };
}

function someImages(set: ImageSet, rows: Int32Array): ImageSet {
  const { height, width, channels } = set;
  const size = height * width * channels;
  const images = new Uint8Array(sharedBuffer('images', rows.length * size));
  const labels = new Uint8Array(sharedBuffer('labels', rows.length));
  gatherRows(set.images, size, rows, images);
  gatherRows(set.labels, 1, rows, labels);
  return { ...set, count: rows.length, images, labels };
}
