import {
  Graph,
  type RealType,
  type Tensor,
  fuse,
  keepOperandsInBfloat16,
  reparameterizeLocally,
} from '../graph/index.ts';
import { type KernelsFactory, Program, control } from '../kernels/index.ts';
import { imageInput } from './image-input.ts';
import { type Model, buildModel } from '../models/index.ts';

/** A parameter's values by its name; throws where the name is unknown. */
export type ParameterSource = (name: string) => Float32Array;

export interface ProgramOptions {
  /** keys the noise */
  readonly seed: number;
  /** images at a time */
  readonly batch: number;
  readonly pixelMean?: Float32Array | null;
  /** of what convolutions and products multiply; f32 unless given */
  readonly precision?: RealType;
}

/**
 * A network that predicts for a batch of images, draw by draw: what does not depend on the draw is computed when the
 * batch is loaded.
 */
export class PredictionProgram {
  /** images of a batch */
  readonly batch: number;
  /** of the latest draw: [batch, classes] */
  readonly probabilities: Float32Array;
  /** of the latest draw: [batch], nats */
  readonly entropies: Float32Array;
  readonly #program: Program;
  readonly #images: Uint8Array;

  constructor(factory: KernelsFactory, model: Model, parameters: ParameterSource, options: ProgramOptions) {
    const { seed, batch, pixelMean = null, precision = 'f32' } = options;
    const { graph, images, probabilities, entropies, layout } = predictionGraph(model, batch, pixelMean, precision);
    const program = new Program(factory, {
      graph,
      outputs: [probabilities, entropies],
      layout,
      regions: { parameters: layout },
      nesting: 'prediction',
    });
    for (const tensor of layout) program.regionPart('parameters', tensor).set(parameters(tensor.name));
    program.setSeed(seed);
    program.run('step');
    this.batch = batch;
    this.#program = program;
    this.#images = program.bytes(images);
    this.probabilities = program.floats(probabilities);
    this.entropies = program.floats(entropies);
  }

  /** @param images [at most `batch`, ...inputShape]; what was there before stays behind them */
  load(images: Uint8Array): void {
    this.#images.set(images);
    this.#program.run('examples');
  }

  draw(draw: number): void {
    this.#program.control.integers[control.step] = draw;
    this.#program.run('draw');
  }
}

interface PredictionGraph {
  readonly graph: Graph;
  readonly images: Tensor;
  readonly probabilities: Tensor;
  readonly entropies: Tensor;
  readonly layout: readonly Tensor[];
}

function predictionGraph(
  model: Model,
  batch: number,
  pixelMean: Float32Array | null,
  precision: RealType,
): PredictionGraph {
  const drafted = new Graph();
  const { images, x } = imageInput(drafted, model, batch, pixelMean);
  const { logits, parameters } = buildModel(model, drafted, x, 'prediction');
  const outputs = drafted.apply('softmaxEntropy', [logits], {}, 'probabilities');
  const local = reparameterizeLocally(drafted, outputs);
  const fused = fuse(local.graph, outputs.map(local.resolve));
  const results = outputs.map((tensor) => fused.resolve(local.resolve(tensor)));
  const mixed = precision === 'bf16' ? keepOperandsInBfloat16(fused.graph, results) : null;
  const [probabilities, entropies] = results.map((tensor) => mixed?.resolve(tensor) ?? tensor);
  const layout = parameters.map(({ tensor }) => tensor);
  const { graph } = mixed ?? fused;
  return { graph, images, probabilities: probabilities!, entropies: entropies!, layout };
}
