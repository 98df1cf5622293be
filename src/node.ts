/** What of credence needs Node: runs in folders, data sets, ranks, and the engines of a machine. */
export { defaults } from './train/index.ts';
export { type ImageSet, imageExamples } from './data/index.ts';
export {
  openOwnData,
  type OwnDataOptions,
  type OwnDataset,
  type OwnInputs,
  readOwnInputs,
  type FetchProgress,
  type ImageDataset,
  type InputImages,
  loadDataset,
  readInputImages,
} from './datasets/index.ts';
export { type NativeLibrary, loadNative, nativeVectors } from './kernels/native/index.ts';
export { type Vectors, wasmKernelsWith } from './kernels/wasm/index.ts';
export { loadOnednn, onednnKernels, type OnednnLibrary } from './kernels/onednn/index.ts';
export {
  type EvaluationRequest,
  type Outcome,
  type RunSummary,
  type TrainRequest,
  type Watch,
  evaluateRun,
  predictWithRun,
  trainRun,
} from './compose/index.ts';
export {
  type ClassPrediction,
  type PredictionLabels,
  type PlotAxis,
  type PlotBand,
  type PlotLine,
  type PlotPanel,
  type PlotSeries,
  type RealPrediction,
  type CoverageOptions,
  type PredictedRows,
  type ReliabilityPoint,
  coverageFigure,
  figure,
  plot,
  posteriorFigure,
  type PlottedPredictions,
  predictedFigure,
  predictionsFigure,
  quantilesOfPlot,
  reliabilityFigure,
  type ScalingSeries,
  scalingFigure,
  predictionRows,
  predictionsCsv,
  predictionsNpz,
  tensorBoardObserver,
} from './report/index.ts';
export {
  CheckpointStore,
  type CheckpointStoreOptions,
  type ExpectedModel,
  loadLatest,
  MetricsFile,
  parametersSha256,
  TimingFile,
} from './run/index.ts';
