export { Augmentation } from './augmentation.ts';
export { BatchOrder } from './batch-order.ts';
export type { ImageSet } from './dataset.ts';
export { gatherBytes, gatherLabels } from './gather.ts';
export { pixelMean } from './pixel-mean.ts';
