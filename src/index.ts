/**
 * The library: networks, data, likelihoods, training and prediction. It uses no Node API and runs in a browser as well;
 * runs on disk, data sets, ranks and engines of the machine are in `credence/node`.
 */
export { type Communicator, solo } from './comm/index.ts';
export { type ArrayExamples, type Batch, type Examples, type Place, shuffled } from './data/index.ts';
export {
  BatchError,
  CheckpointError,
  CommunicationError,
  CredenceError,
  DataError,
  DriftError,
  type ErrorCode,
  type ErrorDetail,
  GraphError,
  NotFiniteError,
  RunFolderError,
  ShapeError,
  UnavailableError,
  UsageError,
} from './errors/index.ts';
export {
  type ParameterSource,
  type PredictionInputs,
  type PredictionRanks,
  type PredictOptions,
  type TrainedModel,
  predictDraws,
} from './inference/index.ts';
export type { Kernels, KernelsFactory } from './kernels/index.ts';
export { referenceKernels } from './kernels/reference/index.ts';
export { wasmKernels } from './kernels/wasm/index.ts';
export * from './layers/index.ts';
export * from './library/index.ts';
export {
  type ClassPredictive,
  type DrawBatch,
  type Family,
  type Figure,
  type GatherRequest,
  type Gathering,
  type Likelihood,
  type LikelihoodContext,
  type LocationScaleOptions,
  type Noise,
  type NormalOptions,
  type Predictive,
  type PredictiveBase,
  type RealPredictive,
  type RealScores,
  type ReliabilityBin,
  type StepFigure,
  type StudentTOptions,
  type TargetType,
  type Units,
  bernoulli,
  categorical,
  centralCoverage,
  classFigures,
  inUnits,
  knownFigures,
  locationScale,
  normal,
  poisson,
  predictionQuality,
  realFigures,
  reliability,
  studentT,
} from './likelihoods/index.ts';
export { type InputEncoding, type InputRows, type Inputs, type Model, modelNames, networkOf } from './models/index.ts';
export { type Optimizer, adam } from './optim/index.ts';
export {
  type Checkpoint,
  type CheckpointSink,
  type EvaluationFigures,
  type NamedTensor,
  type PosteriorSnapshot,
  type RunConfiguration,
  type Schedule,
  type StepRecord,
  type StepTiming,
  type StopRequest,
  Trainer,
  type TrainingObserver,
  type TrainingOptions,
  type TrainingResult,
  type TrainingSettings,
} from './train/index.ts';
