import type { ArrayExamples } from './examples.ts';

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
