import { type ElboGraph, buildElbo } from '../../src/inference/index.ts';
import { type KernelsFactory, Program, control } from '../../src/kernels/index.ts';
import { initialize } from '../../src/layers/index.ts';
import type { Model } from '../../src/models/index.ts';
import { fillUniform, purpose } from '../../src/random/index.ts';

/** An ELBO on an engine, with random images and labels and the noise of one fixed step: a function of its parameters. */
export class ElboFixture {
  readonly elbo: ElboGraph;
  readonly program: Program;

  constructor(factory: KernelsFactory, model: Model, examples: number, perExampleFrom: number, seed = 1) {
    this.elbo = buildElbo(model, examples, { perExampleFrom }, 'f32');
    const { elbo } = this;
    const layout = elbo.parameters.map(({ tensor }) => tensor);
    const gradients = [...elbo.likelihoodGradients, ...elbo.divergenceGradients].filter((tensor) => tensor !== null);
    this.program = new Program(factory, {
      graph: elbo.graph,
      outputs: [...this.#indices(), elbo.nll, elbo.correct, ...(elbo.kl ? [elbo.kl] : []), ...gradients],
      layout,
      regions: { parameters: layout, nll: elbo.likelihoodGradients, kl: elbo.divergenceGradients },
    });
    for (const [i, { tensor, initializer }] of elbo.parameters.entries()) {
      const key = { seed, purpose: purpose.initialValue, step: 0, replica: 0, layer: i, example: 0 };
      initialize(this.program.regionPart('parameters', tensor), initializer, key);
    }
    const images = this.program.bytes(elbo.images);
    const uniform = new Float32Array(images.length);
    fillUniform(uniform, { seed, purpose: purpose.augmentation, step: 0, replica: 0, layer: 0, example: 0 });
    for (let i = 0; i < images.length; i++) images[i] = uniform[i]! * 256;
    const labels = this.program.integers(elbo.labels);
    for (let i = 0; i < labels.length; i++) labels[i] = (i * 7 + seed) % model.classes;
    const { integers } = this.program.control;
    integers[control.seedLow] = seed;
    integers[control.step] = 3;
    integers[control.replica] = 2;
    integers[control.firstExample] = 5;
  }

  run(): { nll: number; kl: number } {
    for (const stage of ['step', 'replica', 'slice'] as const) this.program.run(stage);
    const { nll, kl } = this.elbo;
    return { nll: this.program.floats(nll)[0]!, kl: kl ? this.program.floats(kl)[0]! : 0 };
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

  /** Gradient of nll or kl with respect to all parameters, as one region. */
  gradient(of: 'nll' | 'kl'): Float32Array {
    return this.program.region(of).slice();
  }
}
