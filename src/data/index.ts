export { Augmentation } from './augmentation.ts';
export { BatchOrder } from './batch-order.ts';
export { type ImageSet, imageExamples } from './dataset.ts';
export { type ArrayExamples, type Batch, type Examples, type Place, shuffled } from './examples.ts';
export { pixelMean } from './pixel-mean.ts';
