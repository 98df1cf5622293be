import {
  Graph,
  type RealType,
  type SeveralDraws,
  type Tensor,
  drawsInRows,
  fuse,
  keepOperandsInBfloat16,
  reparameterizeLocally,
  sizeOf,
} from '../graph/index.ts';
import { type KernelsFactory, type Program, control } from '../kernels/index.ts';
import { type Model, buildNetwork } from '../models/index.ts';
import { type ParameterSource, inputsIn, trainedProgram } from './parameters.ts';

export interface ProgramOptions {
  /** keys the noise */
  readonly seed: number;
  /** examples at a time */
  readonly batch: number;
  /** what a run computes where the network allows for it: that many draws, so far apart; one unless given */
  readonly draws?: SeveralDraws;
  /** of what convolutions and products multiply; f32 unless given */
  readonly precision?: RealType;
}

/**
 * A network that predicts for a batch of examples, draw by draw: what does not depend on the draw is computed when the
 * batch is loaded.
 */
export class PredictionProgram {
  /** examples of a batch */
  readonly batch: number;
  /** what the likelihood's `predict` gives, for each draw of the latest run */
  readonly results: readonly (readonly Float32Array[])[];
  readonly #program: Program;
  readonly #inputs: Uint8Array | Float32Array;

  /** @throws ShapeError where a parameter is missing or of another size, NotFiniteError where it is not finite */
  constructor(factory: KernelsFactory, model: Model, parameters: ParameterSource, options: ProgramOptions) {
    const { seed, batch } = options;
    const { graph, inputs, results, layout, draws } = predictionGraph(model, options);
    const outputs = results.map(({ tensor }) => tensor);
    const program = trainedProgram(factory, { graph, outputs, layout }, parameters, seed);
    this.batch = batch;
    this.#program = program;
    this.#inputs = inputsIn(program, inputs);
    const all = results.map(({ tensor, rows }) => ({
      values: program.floats(tensor),
      size: sizeOf(tensor.shape) / rows,
    }));
    this.results = Array.from({ length: draws }, (_, r) =>
      all.map(({ values, size }) => values.subarray((r * size) % values.length, ((r * size) % values.length) + size)),
    );
  }

  /**
   * @param inputs [at most `batch`, ...shape], encoded; what was there before stays behind them
   * @param first place of the first among all examples: noise that an example has of its own does not depend on its batch
   */
  load(inputs: Uint8Array | Float32Array, first = 0): void {
    this.#inputs.set(inputs);
    // a noise key has 24 bits for the example
    this.#program.control.integers[control.firstExample] = first % 2 ** 24;
    this.#program.run('examples');
  }

  /** Runs the draws of which this is the first. */
  draw(draw: number): void {
    this.#program.control.integers[control.step] = draw;
    this.#program.run('draw');
  }
}

interface PredictionGraph {
  readonly graph: Graph;
  readonly inputs: Tensor;
  /** `rows`: for how many draws it has the examples' rows, 1 where the draw does not matter */
  readonly results: readonly { readonly tensor: Tensor; readonly rows: number }[];
  readonly layout: readonly Tensor[];
  /** of a run */
  readonly draws: number;
}

function predictionGraph(model: Model, { batch, draws, precision = 'f32' }: ProgramOptions): PredictionGraph {
  const drafted = new Graph();
  const { inputs, outputs, parameters, context } = buildNetwork(model, drafted, batch, 'prediction');
  const predicted = model.likelihood.predict(outputs, context);
  const local = reparameterizeLocally(drafted, predicted);
  const drawn = predicted.map(local.resolve);
  const several = draws && draws.count > 1 ? drawsInRows(local.graph, drawn, draws) : null;
  const wanted = drawn.map((tensor) => several?.resolve(tensor) ?? tensor);
  const fused = fuse((several ?? local).graph, wanted);
  const fusedResults = wanted.map(fused.resolve);
  const mixed = precision === 'bf16' ? keepOperandsInBfloat16(fused.graph, fusedResults) : null;
  const results = fusedResults.map((tensor, i) => ({
    tensor: mixed?.resolve(tensor) ?? tensor,
    rows: sizeOf(tensor.shape) / sizeOf(drawn[i]!.shape),
  }));
  const layout = parameters.map(({ tensor }) => tensor);
  return { graph: (mixed ?? fused).graph, inputs, results, layout, draws: several ? draws!.count : 1 };
}
