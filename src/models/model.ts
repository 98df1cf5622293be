import type { Graph, Tensor } from '../graph/index.ts';
import type { Initializer, Layer, LayerMode } from '../layers/index.ts';

/** A network by name: what it expects and the layers that it is made of. */
export interface Model {
  readonly name: string;
  /** of one example: [height, width, channels] */
  readonly inputShape: readonly [number, number, number];
  readonly classes: number;
  readonly layers: readonly Layer[];
}

export interface ParameterDeclaration {
  readonly tensor: Tensor;
  readonly initializer: Initializer;
}

/** A kernel's posterior: standard deviation = epsilon + softplus(untransformed scale). */
export interface PosteriorDeclaration {
  readonly layer: string;
  readonly mean: Tensor;
  readonly untransformedScale: Tensor;
  /** KL(posterior || prior), nats, a scalar */
  readonly kl: Tensor;
}

export interface ForwardGraph {
  readonly graph: Graph;
  /** [batch, classes] */
  readonly logits: Tensor;
  /** in the order of declaration, which is that of every region of memory */
  readonly parameters: readonly ParameterDeclaration[];
  readonly posteriors: readonly PosteriorDeclaration[];
}

/**
 * Appends a model to a graph.
 * @param x float32 [batch, ...inputShape]
 * @throws ShapeError naming the operation and shapes where a layer does not fit the one before
 */
export function buildModel(model: Model, graph: Graph, x: Tensor, mode: LayerMode): ForwardGraph {
  const parameters: ParameterDeclaration[] = [];
  const posteriors: PosteriorDeclaration[] = [];
  let streams = 0;
  const names = uniqueNames(model.layers);
  let value = x;
  for (const [i, layer] of model.layers.entries()) {
    const name = names[i]!;
    value = graph.scoped(name, () =>
      layer.build(value, {
        graph,
        mode,
        parameter(parameter, shape, initializer) {
          const tensor = graph.parameter(`${name}/${parameter}`, shape);
          parameters.push({ tensor, initializer });
          return tensor;
        },
        stream: () => streams++,
        posterior(posterior) {
          return posteriors.push({ layer: name, ...posterior }) - 1;
        },
      }),
    );
  }
  return { graph, logits: value, parameters, posteriors };
}

/** `dense`, `dense_1`, `dense_2`, … in the order of the layers. */
function uniqueNames(layers: readonly Layer[]): string[] {
  const seen = new Map<string, number>();
  return layers.map(({ kind }) => {
    const count = seen.get(kind) ?? 0;
    seen.set(kind, count + 1);
    return count === 0 ? kind : `${kind}_${count}`;
  });
}
