import type { Communicator } from '../comm/index.ts';
import type { ImageDataset } from '../datasets/index.ts';
import type { ImageSet } from '../data/index.ts';
import { type PredictionQuality, predictionQuality, reliability } from '../inference/index.ts';
import { recordEvaluation, writeEvaluationEvents } from '../report/index.ts';
import { parametersSha256 } from '../run/index.ts';
import type { Evaluate, NamedTensor, RunConfiguration } from '../train/index.ts';
import { declarationsOf } from './declarations.ts';
import { type PredictionTask, predictOnThreads, predictShare } from './prediction.ts';
import type { RunSummary } from './progress/summary.ts';

export interface Trained {
  /** the run folder */
  readonly run: string;
  readonly configuration: RunConfiguration;
  readonly data: ImageDataset;
  readonly result: {
    readonly step: number;
    readonly parameters: readonly NamedTensor[];
  };
  readonly samplesPerSecond: number | null;
}

/** A summary, and what its figures are over. */
export interface Outcome {
  readonly summary: RunSummary;
  /** of the test set */
  readonly images: number;
  readonly isBayesian: boolean;
}

type Progress = (done: number, total: number) => void;

/**
 * Trained parameters against the test set. A model without posteriors gives the same at every draw: one is made.
 * @param launched the ranks of a job that a launcher started, each of which calls this; else threads of this process
 * @returns null on a rank other than the first
 */
export async function evaluateParameters(
  { run, configuration, data: { test, source }, result, samplesPerSecond }: Trained,
  watch: { readonly evaluating: Progress },
  launched: Communicator | null = null,
): Promise<Outcome | null> {
  const { step, parameters } = result;
  const task = taskOf(configuration, parameters, test);
  const { probabilities } = launched
    ? await predictShare(task, launched, watch.evaluating)
    : await predictOnThreads(task, configuration, watch.evaluating);
  if (launched && launched.rank > 0) return null;
  const { model, draws } = task;
  const quality = record({ run, step, source, draws }, probabilities, test);
  writeEvaluationEvents(run, step, quality);
  const { accuracy, nll, brier, ece } = quality;
  const figures = {
    accuracy,
    nll,
    brier,
    ece,
    draws,
    samplesPerSecond,
    parametersSha256: parametersSha256(parameters),
  };
  const { isBayesian } = declarationsOf(model);
  return { summary: { run, model, step, ...figures }, images: test.count, isBayesian };
}

/**
 * What each rank of a training run does every `evaluateEvery` steps: its share of the draws.
 * @param first on the first rank: where the figures go
 */
export function evaluationOnTheWay(
  configuration: RunConfiguration,
  test: ImageSet,
  communicator: Communicator,
  first: { readonly run: string; readonly source: string; readonly evaluating: Progress } | null = null,
): Evaluate {
  return async (step, parameters) => {
    const task = taskOf(configuration, parameters, test);
    const { probabilities } = await predictShare(task, communicator, first?.evaluating);
    return first && record({ ...first, step, draws: task.draws }, probabilities, test);
  };
}

function taskOf(
  { engine, precision, model, seed, draws }: RunConfiguration,
  parameters: readonly NamedTensor[],
  data: ImageSet,
): PredictionTask {
  const { isBayesian } = declarationsOf(model);
  return { engine, precision, model, parameters, data, draws: isBayesian ? draws : 1, seed, quantiles: [] };
}

interface Evaluation {
  readonly run: string;
  readonly step: number;
  /** of the data, for people */
  readonly source: string;
  readonly draws: number;
}

function record(
  { run, step, source, draws }: Evaluation,
  probabilities: ArrayLike<number>,
  { count: images, labels }: ImageSet,
): PredictionQuality {
  const classes = probabilities.length / images;
  const quality = predictionQuality(probabilities, labels, classes);
  const { accuracy, nll, brier, ece } = quality;
  recordEvaluation(run, {
    ...{ step, at: new Date().toISOString(), data: source, images, draws, accuracy, nll, brier, ece },
    reliability: reliability(probabilities, labels, classes),
  });
  return quality;
}
