import type { Graph, Tensor } from '../graph/index.ts';
import type { Model } from '../models/index.ts';

/**
 * Appends what turns images of bytes into what a network gets: reals in 0 .. 1, less the mean image where there is one.
 * @param pixelMean [...inputShape]; null: nothing is subtracted
 * @returns the input, bytes [examples, ...inputShape], and the reals of that shape
 */
export function imageInput(
  graph: Graph,
  { inputShape }: Pick<Model, 'inputShape'>,
  examples: number,
  pixelMean: Float32Array | null,
): { readonly images: Tensor; readonly x: Tensor } {
  const images = graph.input('images', [examples, ...inputShape], 'u8');
  const mean = pixelMean === null ? [] : [graph.constant('pixelMean', inputShape, pixelMean)];
  const x = graph.apply('fromBytes', [images, ...mean], { scale: 1 / 255 }, 'pixels')[0]!;
  return { images, x };
}
