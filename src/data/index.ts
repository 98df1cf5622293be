export { Augmentation } from './augmentation.ts';
export { BatchOrder } from './batch-order.ts';
export type { DatasetName, FetchProgress, ImageDataset, ImageSet, Labels, LoadOptions } from './dataset.ts';
export { gatherBytes, gatherLabels } from './gather.ts';
export { type InputImages, readInputImages } from './inputs.ts';
export { datasetNames, definitionOf, loadDataset } from './load.ts';
export { pixelMean, withPixelMean } from './pixel-mean.ts';
export { verifyDataset } from './verify.ts';
export { cacheFolder } from './sources/cache.ts';
