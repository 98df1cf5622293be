export { gatheredInputs, gatherTargets } from './gather.ts';
export { encodeArrayInputs, finiteRows, fitArrayInputs } from './array-inputs.ts';
export { Augmentation } from './augmentation.ts';
export { BatchOrder } from './batch-order.ts';
export { placesOf, usableRows } from './cells.ts';
export {
  type Corruption,
  type CorruptionOptions,
  corruptedImages,
  corruptions,
  corruptionStrengths,
} from './corruption.ts';
export { type ImageSet, imageExamples, splitImages } from './dataset.ts';
export { type ArrayExamples, type Batch, type Examples, type Place, shuffled } from './examples.ts';
export {
  areStored,
  type NumberArray,
  type NumberKind,
  type Numbers,
  type StoredNumbers,
} from './number-rows.ts';
export { encodeExampleWeights } from './example-weights.ts';
export { pixelMean } from './pixel-mean.ts';
export type {
  ColumnEncoding,
  DataSchema,
  InputSchema,
  MissingPolicy,
  RowExamples,
  TargetKind,
  TargetSchema,
} from './schema.ts';
export { type ImageShape, resizedImages } from './resize.ts';
export { joinedInputs, storedInputs } from './stored-inputs.ts';
export { sharedBuffer } from './shared.ts';
export { staged } from './staged.ts';
export { type Part, type RowSplit, splitRows } from './split.ts';
export {
  type Cell,
  columnOf,
  columnOfCells,
  type NumberColumn,
  type RowPlaces,
  type Table,
  type TableColumn,
  tableOfRows,
  type TextColumn,
  TextColumnBuilder,
} from './table.ts';
export { encodeTableInputs, fitTableInputs, type TableInputOptions } from './table-inputs.ts';
export { encodeTargets, fitTargets, type TargetOptions, unitsOf } from './targets.ts';
