export type { DatasetName, FetchProgress, ImageDataset, Labels, LoadOptions } from './dataset.ts';
export {
  type SignalFiles,
  type SignalRequest,
  type StoredSignals,
  closeSignalFolder,
  joinedSignals,
  openSignalFolder,
  planOf,
  readSignalFile,
  signalFilesAt,
  signalSchema,
  signalTargetsOf,
  writeSignalFiles,
} from './gravitation/index.ts';
export { type InputImages, readInputImages } from './inputs.ts';
export { datasetNames, definitionOf, loadDataset } from './load.ts';
export { withPixelMean } from './pixel-mean.ts';
export {
  type HandedInputs,
  fileOfPart,
  handedInputs,
  npyFilesIn,
  openInputs,
  openOwnData,
  type OwnDataOptions,
  type OwnDataset,
  type OwnInputs,
  readColumn,
  readOwnInputs,
  type Streaming,
} from './own/index.ts';
export { cacheFolder } from './sources/cache.ts';
export { verifyDataset } from './verify.ts';
