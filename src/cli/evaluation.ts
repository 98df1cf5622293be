import type { ImageDataset } from '../data/index.ts';
import { predict, predictionQuality } from '../inference/index.ts';
import { modelOf } from '../models/index.ts';
import { writeEvaluationEvents } from '../report/index.ts';
import type { NamedTensor, RunConfiguration } from '../train/index.ts';
import { declarationsOf } from './declarations.ts';
import { chooseEngine } from './engine.ts';
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

/** Trained parameters against the test set. A model without posteriors gives the same at every draw: one is made. */
export async function evaluateParameters(
  { run, configuration, data: { test }, result, samplesPerSecond }: Trained,
  watch: { evaluating(done: number, total: number): void },
): Promise<Outcome> {
  const model = modelOf(configuration.model);
  const { isBayesian } = declarationsOf(model.name);
  const draws = isBayesian ? configuration.draws : 1;
  const values = new Map(result.parameters.map(({ name, data }) => [name, data]));
  const kernels = await chooseEngine(configuration.engine);
  const { probabilities } = predict(kernels, model, (name) => values.get(name)!, test, {
    draws,
    seed: configuration.seed,
    onProgress: (done, total) => watch.evaluating(done, total),
  });
  const quality = predictionQuality(probabilities, test.labels, model.classes);
  writeEvaluationEvents(run, result.step, { ...quality });
  const { accuracy, nll, brier, ece } = quality;
  const { step, parametersSha256 } = result;
  const figures = { accuracy, nll, brier, ece, draws, samplesPerSecond, parametersSha256 };
  return { summary: { run, model: model.name, step, ...figures }, images: test.count, isBayesian };
}
