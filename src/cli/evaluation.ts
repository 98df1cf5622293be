import type { Communicator } from '../comm/index.ts';
import type { ImageDataset } from '../data/index.ts';
import { predictionQuality, reliability } from '../inference/index.ts';
import { modelOf } from '../models/index.ts';
import { recordEvaluation, writeEvaluationEvents } from '../report/index.ts';
import type { NamedTensor, RunConfiguration } from '../train/index.ts';
import { declarationsOf } from './declarations.ts';
import { predictOnThreads, predictShare } from './prediction.ts';
import type { RunSummary } from './progress/summary.ts';

export interface Trained {
  /** the run folder */
  readonly run: string;
  readonly configuration: RunConfiguration;
  readonly data: ImageDataset;
  readonly result: {
    readonly step: number;
    readonly parameters: readonly NamedTensor[];
    readonly parametersSha256: string;
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

/**
 * Trained parameters against the test set. A model without posteriors gives the same at every draw: one is made.
 * @param launched the ranks of a job that a launcher started, each of which calls this; else threads of this process
 * @returns null on a rank other than the first
 */
export async function evaluateParameters(
  { run, configuration, data: { test, source }, result, samplesPerSecond }: Trained,
  watch: { evaluating(done: number, total: number): void },
  launched: Communicator | null = null,
): Promise<Outcome | null> {
  const model = modelOf(configuration.model);
  const { isBayesian } = declarationsOf(model.name);
  const { engine, precision, seed } = configuration;
  const draws = isBayesian ? configuration.draws : 1;
  const task = {
    ...{ engine, precision, model: model.name, parameters: result.parameters },
    ...{ data: test, draws, seed, quantiles: [] },
  };
  const { probabilities } = launched
    ? await predictShare(task, launched, watch.evaluating)
    : await predictOnThreads(task, configuration, watch.evaluating);
  if (launched && launched.rank > 0) return null;
  const quality = predictionQuality(probabilities, test.labels, model.classes);
  writeEvaluationEvents(run, result.step, { ...quality });
  const { accuracy, nll, brier, ece } = quality;
  const { step, parametersSha256 } = result;
  recordEvaluation(run, {
    ...{ step, at: new Date().toISOString(), data: source, images: test.count, draws, accuracy, nll, brier, ece },
    reliability: reliability(probabilities, test.labels, model.classes),
  });
  const figures = { accuracy, nll, brier, ece, draws, samplesPerSecond, parametersSha256 };
  return { summary: { run, model: model.name, step, ...figures }, images: test.count, isBayesian };
}
