import { type ElboGraph, buildElbo } from '../../src/inference/index.ts';
import { type KernelsFactory, Program, control } from '../../src/kernels/index.ts';
import { initialize } from '../../src/layers/index.ts';
import type { Model } from '../../src/models/index.ts';
import { fillNormal, fillUniform, purpose } from '../../src/random/index.ts';

/** Of the KL that is sampled, in a slice's loss: beta x examples of a slice / N. */
const sampledWeight = 0.25;

/** An ELBO on an engine, with random inputs and targets and the noise of one fixed step: a function of its parameters. */
export class ElboFixture {
  readonly elbo: ElboGraph;
  readonly program: Program;

  constructor(factory: KernelsFactory, model: Model, examples: number, perExampleFrom: number, seed = 1) {
    this.elbo = buildElbo(model, examples, { perExampleFrom });
    const { elbo } = this;
    const layout = elbo.parameters.map(({ tensor }) => tensor);
    const gradients = [...elbo.likelihoodGradients, ...elbo.divergenceGradients].filter((tensor) => tensor !== null);
    this.program = new Program(factory, {
      graph: elbo.graph,
      outputs: [
        ...this.#indices(),
        elbo.nll,
        elbo.figure,
        ...[elbo.kl, elbo.sampledKl].filter((tensor) => tensor !== null),
        ...gradients,
      ],
      layout,
      regions: { parameters: layout, loss: elbo.likelihoodGradients, kl: elbo.divergenceGradients },
    });
    for (const [i, { tensor, initializer }] of elbo.parameters.entries()) {
      const key = { seed, purpose: purpose.initialValue, step: 0, replica: 0, layer: i, example: 0 };
      initialize(this.program.regionPart('parameters', tensor), initializer, key);
    }
    this.#fillInputs(seed);
    this.#fillTargets(model, seed);
    if (elbo.sampledWeight) this.program.floats(elbo.sampledWeight)[0] = sampledWeight;
    const { integers } = this.program.control;
    integers[control.seedLow] = seed;
    integers[control.step] = 3;
    integers[control.replica] = 2;
    integers[control.firstExample] = 5;
  }

  /** `loss`: nll, and what is sampled of the KL with its weight */
  run(): { nll: number; kl: number; loss: number } {
    for (const stage of ['step', 'replica', 'slice'] as const) this.program.run(stage);
    const { nll: likelihood, kl, sampledKl } = this.elbo;
    const nll = this.program.floats(likelihood)[0]!;
    const sampled = sampledKl ? sampledWeight * this.program.floats(sampledKl)[0]! : 0;
    return { nll, kl: kl ? this.program.floats(kl)[0]! : 0, loss: nll + sampled };
  }

  /** Which element each pool has taken: the loss is smooth where they stay the same. */
  poolIndices(): string {
    return this.#indices()
      .map((tensor) => this.program.bytes(tensor).join())
      .join(';');
  }

  #indices() {
    return this.elbo.graph.nodes.flatMap(({ outputs }) => outputs).filter(({ dtype }) => dtype === 'u8');
  }

  /** Gradient of loss or kl with respect to all parameters, as one region. */
  gradient(of: 'loss' | 'kl'): Float32Array {
    return this.program.region(of).slice();
  }

  #fillInputs(seed: number): void {
    const { inputs } = this.elbo;
    const key = { seed, purpose: purpose.augmentation, step: 0, replica: 0, layer: 0, example: 0 };
    if (inputs.dtype === 'f32') return fillNormal(this.program.floats(inputs), key);
    const images = this.program.bytes(inputs);
    const uniform = new Float32Array(images.length);
    fillUniform(uniform, key);
    for (let i = 0; i < images.length; i++) images[i] = uniform[i]! * 256;
  }

  /** Classes, or small counts, which are reals as well. */
  #fillTargets({ likelihood }: Model, seed: number): void {
    const { targets } = this.elbo;
    const isClasses = targets.dtype === 'i32';
    const values = isClasses ? this.program.integers(targets) : this.program.floats(targets);
    const range = isClasses ? Math.max(2, likelihood.outputs) : 4;
    for (let i = 0; i < values.length; i++) values[i] = (i * 7 + seed) % range;
  }
}
