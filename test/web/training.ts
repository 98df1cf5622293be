/** What a page and Node both do: from one source, in the one as a bundle. */
import { imageExamples } from '../../src/data/index.ts';
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

function options(kernels: KernelsFactory, iteration: number, batchSize = 32): ImageTraining {
  const configuration = smallRun({ model, seed: 3, iteration, batchSize, slices: 2, learningRate: 0.005 });
  return { configuration, data: bars(300), kernels };
}

/** 20 steps, then 10 draws. What comes out has been through float32, where the last bits of a Math.cos do not show. */
export async function trainAndPredict(build: Build): Promise<Outcome> {
  const memories: boolean[] = [];
  const kernels: KernelsFactory = {
    ...wasmBuilds[build],
    create(memory) {
      memories.push(isShared(memory.buffer));
      return wasmBuilds[build].create(memory);
    },
  };
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
