import { ShapeError, UsageError } from '../errors/index.ts';
import { type Graph, type Tensor, formatShape } from '../graph/index.ts';
import type { Layer } from './layer.ts';

export interface EmbeddingOptions {
  /** which feature is a category: its number, from 0 on */
  readonly column: number;
  /** how many categories there are: the feature is 0 .. levels - 1 */
  readonly levels: number;
  /** how many learned numbers stand for a category */
  readonly units: number;
}

/**
 * A category becomes learned numbers: those of its row of `kernel` [levels, units], from normals of standard deviation
 * 0.05. x [batch, features] -> [batch, features - 1 + units], the other features in their order and the learned numbers
 * last. A feature that is no whole number from 0 to levels - 1 gives NaN, which the finite check finds.
 */
export function embedding({ column, levels, units }: EmbeddingOptions): Layer {
  checkWhole('column', column, 0);
  checkWhole('levels', levels, 1);
  checkWhole('units', units, 1);
  return {
    kind: 'embedding',
    build(x, context) {
      const { graph } = context;
      const [batch, features] = x.shape;
      if (x.shape.length !== 2 || column >= features!) {
        throw new ShapeError(`embedding works on batch x features and replaces feature ${column}`, {
          got: formatShape(x.shape),
          expected: `batch x features, at least ${column + 1} of them`,
        });
      }
      const initial = { kind: 'normal', mean: 0, standardDeviation: 0.05 } as const;
      const kernel = context.parameter('kernel', [levels, units], initial);
      const category = columns(graph, x, column, column + 1);
      const ids = graph.apply('reshape', category, { shape: [batch!] }, 'ids')[0]!;
      const learned = graph.apply('gatherRows', [ids, kernel], {}, 'learned')[0]!;
      const others = [...columns(graph, x, 0, column), ...columns(graph, x, column + 1, features!)];
      return others.length === 0 ? learned : graph.apply('concat', [...others, learned], {}, 'embedded')[0]!;
    },
  };
}

/** The columns from `begin` up to `end`, as one tensor; none where there are none. */
function columns(graph: Graph, x: Tensor, begin: number, end: number): readonly Tensor[] {
  return begin === end ? [] : graph.apply('sliceLast', [x], { begin, size: end - begin }, 'columns');
}

function checkWhole(option: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new UsageError(`embedding, ${option}`, { got: String(value), expected: `a whole number from ${least} on` });
}
