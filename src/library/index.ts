export { normals, uniforms } from './noise.ts';
export { type PredictionOptions, evaluate, predict } from './predict.ts';
export { type TableData, type TableOptions, table } from './table.ts';
export { type TrainOptions, type Trained, train, trainedModel } from './train.ts';
