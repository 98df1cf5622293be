import { GraphError } from '../errors/index.ts';
import { inferTypes } from './operations/table.ts';
import type { DataType, Node, OperationName, Operations, Shape, Tensor } from './types.ts';

/**
 * A static graph: nodes in an order in which they may be executed, tensors of fixed shape and type. Nothing is computed
 * here; `plan` turns a graph into a list of kernel calls.
 */
export class Graph {
  readonly nodes: Node[] = [];
  readonly #producers = new Map<Tensor, Node>();
  readonly #constants = new Map<Tensor, Float32Array>();
  #nextId = 0;
  #scope = '';

  /** Runs `body` with `name/` in front of the names of the tensors that it makes. */
  scoped<T>(name: string, body: () => T): T {
    const outer = this.#scope;
    this.#scope = `${outer}${name}/`;
    try {
      return body();
    } finally {
      this.#scope = outer;
    }
  }

  /** A tensor that the caller fills before each slice. */
  input(name: string, shape: Shape, dtype: DataType): Tensor {
    return { id: this.#nextId++, name, shape, dtype, role: 'input' };
  }

  /** A trained tensor: float32, lives from step to step. */
  parameter(name: string, shape: Shape): Tensor {
    return { id: this.#nextId++, name, shape, dtype: 'f32', role: 'parameter' };
  }

  /** A float32 tensor whose values never change. */
  constant(name: string, shape: Shape, values: Float32Array): Tensor {
    const tensor: Tensor = { id: this.#nextId++, name, shape, dtype: 'f32', role: 'constant' };
    this.#constants.set(tensor, values);
    return tensor;
  }

  /**
   * Appends a node.
   * @param stored types of the outputs, where they are not kept as the operation's rule says: a real as bfloat16
   * @returns its outputs
   * @throws ShapeError naming the operation and the shapes when they do not fit
   */
  apply<O extends OperationName>(
    operation: O,
    inputs: readonly Tensor[],
    attributes: Operations[O],
    label: string = operation,
    stored?: readonly DataType[],
  ): readonly Tensor[] {
    const types = inferTypes(operation, inputs, attributes);
    const outputs = types.map(
      ({ shape, dtype }, i): Tensor => ({
        id: this.#nextId++,
        name: `${this.#scope}${label}${i === 0 ? '' : `:${i}`}`,
        role: 'value',
        // and nothing else: a rule may give an input itself as the type of an output
        shape,
        dtype: stored?.[i] ?? dtype,
      }),
    );
    const node: Node = { operation, attributes, inputs, outputs };
    this.nodes.push(node);
    for (const output of outputs) this.#producers.set(output, node);
    return outputs;
  }

  /** The node that computes a tensor; undefined for inputs, parameters and constants. */
  producer(tensor: Tensor): Node | undefined {
    return this.#producers.get(tensor);
  }

  constantValues(tensor: Tensor): Float32Array {
    const values = this.#constants.get(tensor);
    if (!values) throw new GraphError(`${tensor.name} is not a constant of this graph`);
    return values;
  }

  /**
   * A new graph with some nodes rewritten. `emit` is called for each node in order and either returns the tensors that
   * stand for the node's outputs (made in `target` from inputs that `resolve` translates) or null for "copy it".
   */
  rewrite(emit: (node: Node, target: Graph, resolve: Resolve) => readonly Tensor[] | null): Rewritten {
    const target = new Graph();
    target.#nextId = this.#nextId;
    for (const [tensor, values] of this.#constants) target.#constants.set(tensor, values);
    const translated = new Map<Tensor, Tensor>();
    const resolve = (tensor: Tensor): Tensor => translated.get(tensor) ?? tensor;
    for (const node of this.nodes) {
      const outputs =
        emit(node, target, resolve) ??
        target.apply(node.operation, node.inputs.map(resolve), node.attributes, node.outputs[0]!.name);
      for (const [i, output] of node.outputs.entries()) if (outputs[i]) translated.set(output, outputs[i]);
    }
    return { graph: target, resolve };
  }
}

export type Resolve = (tensor: Tensor) => Tensor;

export interface Rewritten {
  readonly graph: Graph;
  /** the tensor of the new graph that stands for a tensor of the old one */
  readonly resolve: Resolve;
}
