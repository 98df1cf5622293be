import { UsageError, describeValue, isObject } from '../errors/index.ts';
import type { Graph, Tensor } from '../graph/index.ts';
import type { Initializer } from './initializers.ts';
import type { Layer, LayerContext, LayerMode, WeightsDeclaration } from './layer.ts';
import type { WeightsDefaults } from './weights/defaults.ts';

export interface ParameterDeclaration {
  readonly tensor: Tensor;
  readonly initializer: Initializer;
}

/** Weights with a posterior, and where in the network they are. */
export interface PosteriorDeclaration extends Pick<WeightsDeclaration, 'mean' | 'scale' | 'kl'> {
  /** the layer's scope, for a kernel; `<scope>/bias` for biases */
  readonly layer: string;
}

interface AppliedLayer {
  /** null: of the network as a whole */
  readonly input: Tensor | null;
  /** whether it has parameters */
  isTrained: boolean;
  readonly layers: AppliedLayer[];
}

/** Collects what the layers of a network declare while they append their parts of a graph. */
export class Declarations {
  /** in the order of declaration, which is that of every region of memory */
  readonly parameters: ParameterDeclaration[] = [];
  readonly posteriors: PosteriorDeclaration[] = [];
  /** the layers that were applied, and in each those that it applied itself */
  readonly #applied: AppliedLayer = { input: null, isTrained: false, layers: [] };
  readonly #graph: Graph;
  readonly #mode: LayerMode;
  readonly #defaults: WeightsDefaults;
  #streams = 0;

  constructor(graph: Graph, mode: LayerMode, defaults: WeightsDefaults) {
    this.#graph = graph;
    this.#mode = mode;
    this.#defaults = defaults;
  }

  /**
   * What goes into the last layer that is trained, of those that a network is made of: its features. A layer that is the only
   * one is looked into; a network of one layer has no more features than its inputs.
   */
  get features(): Tensor | null {
    for (let at = this.#applied; ; ) {
      const trained = at.layers.filter(({ isTrained }) => isTrained);
      const last = trained.at(-1);
      if (last === undefined) return at.input;
      if (trained.length > 1 || !last.layers.some(({ isTrained }) => isTrained)) return last.input;
      at = last;
    }
  }

  /** @param scope in front of the names that are declared through it; '' for a network's own */
  context(scope = '', outer: AppliedLayer = this.#applied): LayerContext {
    const taken = new Map<string, number>();
    const within = (name: string) => (scope === '' ? name : `${scope}/${name}`);
    return {
      ...{ graph: this.#graph, mode: this.#mode, defaults: this.#defaults },
      apply: (layer: Layer, x: Tensor, name?: string) => {
        if (!isObject(layer) || typeof layer.build !== 'function') {
          throw new UsageError('a layer', { got: describeValue(layer), expected: 'an object with kind and build' });
        }
        const own = unique(name ?? layer.kind, taken);
        const before = this.parameters.length;
        const inner: AppliedLayer = { input: x, isTrained: false, layers: [] };
        const output = this.#graph.scoped(own, () => layer.build(x, this.context(within(own), inner)));
        inner.isTrained = this.parameters.length > before;
        outer.layers.push(inner);
        return output;
      },
      parameter: (name, shape, initializer) => {
        const tensor = this.#graph.parameter(within(name), shape);
        this.parameters.push({ tensor, initializer });
        return tensor;
      },
      stream: () => this.#streams++,
      weights: ({ part, mean, scale, kl }) => {
        this.posteriors.push({ layer: part === undefined ? scope : within(part), mean, scale, kl });
      },
    };
  }
}

/** `dense`, `dense_1`, `dense_2`, … in the order in which they come. */
function unique(name: string, taken: Map<string, number>): string {
  const count = taken.get(name) ?? 0;
  taken.set(name, count + 1);
  return count === 0 ? name : `${name}_${count}`;
}
