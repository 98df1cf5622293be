export { Album } from './page/album.ts';
export { assertDrawing } from './drawing.ts';
export { escape, livePage, withOwnNames } from './page/html.ts';
export { type RunPart, problemsOf, runParts } from './page/run-section.ts';
export {
  type PlotAxis,
  type PlotBand,
  type PlotLine,
  type PlotPanel,
  type PlotSeries,
  figure,
  plot,
} from './figures/plot.ts';
export { type CoverageOptions, coverageFigure } from './figures/coverage.ts';
export { type PredictedRows, predictedFigure } from './figures/predicted.ts';
export { type ReliabilityPoint, reliabilityFigure } from './figures/reliability.ts';
export { posteriorFigure } from './figures/posterior.ts';
export { type SignalPicture, signalFigure } from './figures/signal.ts';
export { type ScalingSeries, scalingFigure } from './figures/scaling.ts';
export { posteriorCurvesObserver } from './posterior/curves-file.ts';
export { savedPosteriorObserver } from './posterior/saved-weights.ts';
export {
  type EvaluationRecord,
  isOfShift,
  keptEvaluations,
  keptStarts,
  recordEvaluation,
  recordStart,
} from './run/records.ts';
export {
  type DetailsPicture,
  type EvaluationDetails,
  type Grouping,
  type UncertainExamples,
  recordDetails,
} from './run/details.ts';
export { type ScoresPicture, recordScores, scoreHistogram } from './run/scores.ts';
export { type RegressionPicture, recordRegression, regressionPicture } from './run/regression.ts';
export { type WavesPicture, recordWaves } from './run/waves.ts';
export { type RunReport, readRun } from './run/read.ts';
export { rankSpeedsObserver } from './run/rank-speeds.ts';
export { toPng } from './png.ts';
export type { ClassPrediction } from './predictions/classes.ts';
export { npyOf } from './predictions/npy.ts';
export type { PredictionLabels } from './predictions/labels.ts';
export { predictionRows, predictionsCsv, predictionsNpz } from './predictions/predictions.ts';
export { type PlottedPredictions, mostPlotted, predictionsFigure, quantilesOfPlot } from './figures/predictions.ts';
export { type RealPrediction, intervalNames, quantileName } from './predictions/reals.ts';
export {
  type FittedScaling,
  type MachinePreset,
  type MeasuredScaling,
  type Prediction,
  type Scaling,
  type Workload,
  fitScaling,
  largestSpread,
  machines,
  predictStep,
  readMeasuredScaling,
} from './scaling/index.ts';
export { tensorBoardObserver, writeEvaluationEvents } from './tensorboard/observer.ts';
export { type WrittenReport, writeReport } from './write.ts';
