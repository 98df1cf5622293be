export { type OwnDataset, openOwnData } from './open.ts';
export type { OwnDataOptions } from './options.ts';
export { type OwnInputs, readOwnInputs } from './predict.ts';
