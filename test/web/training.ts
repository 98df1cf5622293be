/** What a page and Node both do: from one source, in the one as a bundle. */
import { imageExamples } from '../../src/data/index.ts';
import {
  calibrate,
  denseFlipout,
  evaluate,
  normal,
  predict,
  predictCalibrated,
  sequential,
  table,
  train,
} from '../../src/index.ts';
import { predictDraws } from '../../src/inference/index.ts';
import { type KernelsFactory, isShared } from '../../src/kernels/index.ts';
import { type Build, wasmBuilds } from '../../src/kernels/wasm/index.ts';
import { bars } from '../support/digits.ts';
import { modelNamed } from '../support/model.ts';
import { smallRun } from '../support/run.ts';
import { type ImageTraining, trainerOf } from '../support/trainer.ts';

const model = 'BNN_FC_flip';

/** What came out, parameters and probabilities as bit patterns, and what it was computed on. */
export interface Outcome {
  readonly engine: string;
  /** of the trainer and of the prediction: whether the engine's memory is shared */
  readonly isShared: readonly boolean[];
  readonly nll: readonly number[];
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  readonly probabilities: readonly number[];
}

/**
 * What comes of a regression in the library's own words, as bit patterns; in float32 what has been through the platform's
 * Math.exp and Math.log, whose last bits are not those of another version of V8.
 */
export interface Regression {
  /** of the training's engine, then of those of the predictions: whether the memory is shared */
  readonly isShared: readonly boolean[];
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  readonly mean: readonly number[];
  readonly standardDeviation: readonly number[];
  readonly quantiles: readonly (readonly number[])[];
  /** RMSE, NLL and so on, as numbers in float32 */
  readonly figures: Readonly<Record<string, number>>;
  /** of calibrated intervals, in float32 */
  readonly low: readonly number[];
  readonly verdicts: readonly string[];
}

function options(kernels: KernelsFactory, iteration: number, batchSize = 32): ImageTraining {
  const configuration = smallRun({ model, seed: 3, iteration, batchSize, slices: 2, learningRate: 0.005 });
  return { configuration, data: bars(300), kernels };
}

/** 20 steps, then 10 draws. What comes out has been through float32, where the last bits of a Math.cos do not show. */
export async function trainAndPredict(build: Build): Promise<Outcome> {
  const { kernels, memories } = watched(build);
  const nll: number[] = [];
  const trainer = trainerOf({ ...options(kernels, 20), observers: [{ onStep: (record) => nll.push(record.nll) }] });
  const { parameters } = await trainer.run();
  const values = new Map(parameters.map(({ name, data }) => [name, data]));
  const trained = { model: modelNamed(model), members: [(name: string) => values.get(name)] };
  const { count, inputs } = imageExamples(bars(50, 2));
  const { probabilities } = predictDraws(kernels, trained, { count, inputs }, { draws: 10, seed: 3 });
  return {
    engine: trainer.engine,
    isShared: memories,
    nll,
    parameters: Object.fromEntries(parameters.map(({ name, data }) => [name, words(data)])),
    probabilities: words(probabilities),
  };
}

/** A build that says which memories it was given. */
function watched(build: Build): { readonly kernels: KernelsFactory; readonly memories: readonly boolean[] } {
  const memories: boolean[] = [];
  const kernels: KernelsFactory = {
    ...wasmBuilds[build],
    create(memory) {
      memories.push(isShared(memory.buffer));
      return wasmBuilds[build].create(memory);
    },
  };
  return { kernels, memories };
}

/** A curve through 200 points, of which another 50 are predicted. */
export async function regress(build: Build): Promise<Regression> {
  const { kernels, memories } = watched(build);
  const points = (count: number) => Array.from({ length: count }, (_, i) => [(2 * i) / count - 1]);
  const cubic = (rows: readonly (readonly number[])[]) => rows.map(([x]) => x! * x! * x! - x! / 2);
  const data = table({ inputs: points(200), targets: cubic(points(200)) });
  const network = sequential(denseFlipout({ units: 20, activation: 'relu' }), denseFlipout({ units: 1 }));
  const model = { name: 'cubic', input: data.input, network, likelihood: normal() };
  const settings = { iteration: 400, learningRate: 0.01, initialScale: -5, seed: 5 };
  const trained = await train(model, data, { ...settings, kernels });
  const asked = { draws: 20, seed: 5, kernels };
  const { mean, standardDeviation, quantiles } = await predict(trained, points(50), asked);
  const figures = await evaluate(trained, { inputs: points(50), targets: cubic(points(50)) }, asked);
  const own = { ...asked, kernels: wasmBuilds[build] };
  const between = points(150).map(([x]) => [x! + 0.003]);
  const training = { inputs: points(200), targets: cubic(points(200)) };
  const calibration = await calibrate(trained, { inputs: between, targets: cubic(between) }, { ...own, training });
  const calibrated = await predictCalibrated(
    trained,
    [[0.2], [-0.7], [30]],
    JSON.parse(JSON.stringify(calibration)),
    own,
  );
  return {
    isShared: memories,
    low: words(Float32Array.from(calibrated.low)),
    verdicts: calibrated.verdicts,
    parameters: Object.fromEntries(trained.parameters.map(({ name, data: values }) => [name, words(values)])),
    mean: words(mean),
    standardDeviation: words(standardDeviation),
    quantiles: quantiles.map((level) => words(Float32Array.from(level))),
    figures: Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.fround(value)])),
  };
}

/** Trains until `stop` has a reason, and gives it back. */
export async function trainUntil(stop: { requested: string | null }): Promise<string | null> {
  const { stopped } = await trainerOf({ ...options(wasmBuilds.base, 1e6), stop }).run();
  return stopped;
}

/** What a trainer says of a batch that is too large. */
export function refusal(): string {
  try {
    return trainerOf(options(wasmBuilds.base, 1, 302)).engine;
  } catch (error) {
    return String(error);
  }
}

/** Bit patterns. */
function words({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): number[] {
  return [...new Int32Array(buffer, byteOffset, byteLength / 4)];
}
