/** A data set in memory. Images stay bytes: the graph turns a batch into reals. */
export interface ImageSet {
  /** number of examples */
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** [count, height, width, channels], row-major; on a SharedArrayBuffer so that ranks in threads share one copy */
  readonly images: Uint8Array;
  /** [count], 0 .. classes - 1 */
  readonly labels: Uint8Array;
}

export interface ImageDataset {
  readonly name: 'mnist' | 'fashion-mnist';
  readonly classes: number;
  readonly train: ImageSet;
  readonly test: ImageSet;
  /** where it was read from, for people */
  readonly source: string;
}
