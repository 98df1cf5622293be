import { Graph, type Tensor } from '../../src/graph/index.ts';
import { type KernelsFactory, Program } from '../../src/kernels/index.ts';
import { referenceKernels } from '../../src/kernels/reference/index.ts';

/** What the graph of a function gives for some inputs. */
export function evaluate(
  inputs: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>>,
  build: (graph: Graph, inputs: Readonly<Record<string, Tensor>>) => readonly Tensor[],
  factory: KernelsFactory = referenceKernels,
): number[][] {
  const graph = new Graph();
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape }]) => [name, graph.input(name, shape, 'f32')]),
  );
  const outputs = build(graph, tensors);
  const program = new Program(factory, { graph, outputs, layout: [], regions: {} });
  for (const [name, { data }] of Object.entries(inputs)) program.floats(tensors[name]!).set(data);
  for (const stage of ['step', 'replica', 'slice'] as const) program.run(stage);
  return outputs.map((tensor) => [...program.floats(tensor)]);
}
