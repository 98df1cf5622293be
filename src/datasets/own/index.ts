export { npyFilesIn } from './arrays/npy-folder.ts';
export { readColumn } from './column.ts';
export { type OwnDataset, fileOfPart, openOwnData } from './open.ts';
export type { OwnDataOptions } from './options.ts';
export { type OwnInputs, readOwnInputs } from './predict.ts';
export { type HandedInputs, handedInputs, openInputs } from './stream/inputs.ts';
export type { Streaming } from './stream/setting.ts';
