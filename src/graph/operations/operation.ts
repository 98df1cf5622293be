import type { Node, OperationName, Operations, Tensor, TensorType } from '../types.ts';

/** What the graph knows of an operation: its shape rule and its gradient rule. What it computes, the engines know. */
export interface Operation<O extends OperationName> {
  /**
   * Types of the outputs.
   * @throws ShapeError naming the operation and the shapes
   */
  infer(inputs: readonly TensorType[], attributes: Operations[O]): readonly TensorType[];
  /** null: the operation is a constant of its inputs (noise, bytes) or is itself part of a gradient */
  readonly gradient: GradientRule<O> | null;
}

/** What a gradient rule needs of the graph: to append nodes. */
export interface GraphBuilder {
  apply<O extends OperationName>(
    operation: O,
    inputs: readonly Tensor[],
    attributes: Operations[O],
    label?: string,
  ): readonly Tensor[];
}

/**
 * The gradient of a scalar with respect to the node's inputs, given its gradient with respect to the outputs.
 * @returns one tensor per input; null where no gradient flows (or `needs` says that none is wanted)
 */
export type GradientRule<O extends OperationName> = (context: GradientContext<O>) => readonly (Tensor | null)[];

export interface GradientContext<O extends OperationName> {
  readonly graph: GraphBuilder;
  readonly node: Node<O>;
  /** gradient of the first output (other outputs are by-products that no loss depends on) */
  readonly dy: Tensor;
  /** whether the gradient of each input is wanted */
  readonly needs: readonly boolean[];
}

export type OperationTable = { readonly [O in OperationName]: Operation<O> };
