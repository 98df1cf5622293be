export { BatchOrder } from './batch-order.ts';
export type { DatasetName, FetchProgress, ImageDataset, ImageSet, LoadOptions } from './dataset.ts';
export { gatherBytes, gatherLabels } from './gather.ts';
export { type InputImages, readInputImages } from './inputs.ts';
export { loadDataset } from './load.ts';
export { cacheFolder } from './sources/cache.ts';
