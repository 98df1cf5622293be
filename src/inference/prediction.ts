import { Graph, type Tensor, fuse } from '../graph/index.ts';
import { type KernelsFactory, Program, control } from '../kernels/index.ts';
import { type Model, type ParameterDeclaration, buildModel } from '../models/index.ts';

/** Images as bytes, side by side: [count, ...inputShape]. */
export interface Images {
  readonly count: number;
  readonly images: Uint8Array;
}

/** A parameter's values by its name; throws where the name is unknown. */
export type ParameterSource = (name: string) => Float32Array;

export interface PredictOptions {
  readonly draws: number;
  /** keys the noise of the draws */
  readonly seed: number;
  /** images that share one run of the network: changes speed and memory only */
  readonly batch?: number;
  readonly onDraw?: (draw: number) => void;
}

/**
 * Monte Carlo estimate of the posterior predictive distribution, the mean of softmax(network(x, w_d)) over draws w_d of
 * the weights (Blundell et al. 2015, section 2). One draw is shared by all images of a pass: for each image the draws
 * are as independent as if each image had its own.
 * @returns probabilities [count, classes]
 */
export function predict(
  factory: KernelsFactory,
  model: Model,
  parameters: ParameterSource,
  data: Images,
  { draws, seed, batch = 100, onDraw }: PredictOptions,
): Float64Array {
  const size = Math.min(batch, data.count);
  const { program, images, probabilities, declared } = load(factory, model, size);
  for (const { tensor } of declared) program.regionPart('parameters', tensor).set(parameters(tensor.name));
  const input = program.bytes(images);
  const output = program.floats(probabilities);
  const { integers } = program.control;
  program.setSeed(seed);
  const rowBytes = input.length / size;
  const mean = new Float64Array(data.count * model.classes);
  program.run('step');
  for (let draw = 0; draw < draws; draw++) {
    integers[control.step] = draw;
    program.run('replica');
    for (let first = 0; first < data.count; first += size) {
      const count = Math.min(size, data.count - first);
      input.set(data.images.subarray(first * rowBytes, (first + count) * rowBytes));
      program.run('slice');
      const base = first * model.classes;
      for (let i = 0; i < count * model.classes; i++) mean[base + i] += output[i]!;
    }
    onDraw?.(draw + 1);
  }
  for (let i = 0; i < mean.length; i++) mean[i] /= draws;
  return mean;
}

interface PredictionProgram {
  readonly program: Program;
  readonly images: Tensor;
  readonly probabilities: Tensor;
  readonly declared: readonly ParameterDeclaration[];
}

function load(factory: KernelsFactory, model: Model, batch: number): PredictionProgram {
  const drafted = new Graph();
  const images = drafted.input('images', [batch, ...model.inputShape], 'u8');
  const x = drafted.apply('fromBytes', [images], { scale: 1 / 255 }, 'pixels')[0]!;
  const { logits, parameters: declared } = buildModel(model, drafted, x, 'prediction');
  const softmax = drafted.apply('softmax', [logits], {}, 'probabilities')[0]!;
  const { graph, resolve } = fuse(drafted, [softmax]);
  const probabilities = resolve(softmax);
  const layout = declared.map(({ tensor }) => tensor);
  const program = new Program(factory, { graph, outputs: [probabilities], layout, regions: { parameters: layout } });
  return { program, images, probabilities, declared };
}
