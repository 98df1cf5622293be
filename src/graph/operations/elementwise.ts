import { isSuffix, sameShape, shapeMismatch } from '../shapes.ts';
import type { Activation, OperationName, RealType, Tensor, TensorType } from '../types.ts';
import type { GradientContext, GradientRule, GraphBuilder, OperationTable } from './operation.ts';

type Unary =
  | 'negate'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'square'
  | 'relu'
  | 'tanh'
  | 'softplus'
  | 'sigmoid'
  | 'elu'
  | 'leakyRelu'
  | 'scale'
  | 'shift';
type Binary = 'add' | 'subtract' | 'multiply' | 'divide';

function one(graph: GraphBuilder, ...apply: Parameters<GraphBuilder['apply']>): Tensor {
  return graph.apply(...apply)[0]!;
}

const sameAsInput = ([x]: readonly TensorType[]): TensorType[] => [{ shape: x!.shape, dtype: 'f32' }];

function unary<O extends Unary>(gradient: (context: GradientContext<O>) => Tensor) {
  return { infer: sameAsInput, gradient: ((context) => [gradient(context)]) satisfies GradientRule<O> };
}

/** f' written in terms of y, for the functions that layers use as activations. */
function activation<O extends Unary & Activation>(name: O) {
  return unary<O>(({ graph, node, dy }) =>
    one(graph, 'activationGradient', [dy, node.outputs[0]!], { activation: name }),
  );
}

function binary<O extends Binary>(operation: O, gradient: GradientRule<O>) {
  return {
    infer: ([a, b]: readonly TensorType[]): TensorType[] => {
      if (!isSuffix(b!.shape, a!.shape)) {
        throw shapeMismatch(operation, { a: a!.shape, b: b!.shape }, 'b must have the shape of a or end like it');
      }
      return [{ shape: a!.shape, dtype: 'f32' }];
    },
    gradient,
  };
}

/** Sums a gradient over the leading axes along which `operand` was repeated. */
function sumTo(graph: GraphBuilder, gradient: Tensor, operand: Tensor): Tensor {
  const leading = gradient.shape.length - operand.shape.length;
  return leading === 0 ? gradient : one(graph, 'sum', [gradient], { leading, trailing: 0 });
}

export const elementwise = {
  negate: unary<'negate'>(({ graph, dy }) => one(graph, 'negate', [dy], {})),
  exp: unary<'exp'>(({ graph, node, dy }) => one(graph, 'multiply', [dy, node.outputs[0]!], {})),
  log: unary<'log'>(({ graph, node, dy }) => one(graph, 'divide', [dy, node.inputs[0]!], {})),
  sqrt: unary<'sqrt'>(({ graph, node, dy }) =>
    one(graph, 'scale', [one(graph, 'divide', [dy, node.outputs[0]!], {})], { factor: 0.5 }),
  ),
  square: unary<'square'>(({ graph, node, dy }) =>
    one(graph, 'scale', [one(graph, 'multiply', [dy, node.inputs[0]!], {})], { factor: 2 }),
  ),
  relu: activation('relu'),
  tanh: activation('tanh'),
  softplus: activation('softplus'),
  sigmoid: activation('sigmoid'),
  elu: activation('elu'),
  leakyRelu: activation('leakyRelu'),
  scale: unary<'scale'>(({ graph, node, dy }) => one(graph, 'scale', [dy], node.attributes)),
  shift: unary<'shift'>(({ dy }) => dy),
  softplusScale: {
    infer: (inputs: readonly TensorType[]) => [...sameAsInput(inputs), ...sameAsInput(inputs)],
    gradient: ({ graph, node, dy }) => graph.apply('multiply', [dy, node.outputs[1]!], {}),
  },
  convert: {
    infer: ([x]: readonly TensorType[], { dtype }: { dtype: RealType }) => [{ shape: x!.shape, dtype }],
    // where a value is kept in fewer bits its gradient is not
    gradient: ({ dy }) => [dy],
  },
  activationGradient: {
    infer: ([dy, y]: readonly TensorType[]) => {
      if (!sameShape(dy!.shape, y!.shape)) {
        throw shapeMismatch('activationGradient', { dy: dy!.shape, y: y!.shape }, 'they must be equal');
      }
      return [{ shape: dy!.shape, dtype: 'f32' as const }];
    },
    gradient: null,
  },
  add: binary('add', ({ graph, node, dy, needs }) => [
    needs[0] ? dy : null,
    needs[1] ? sumTo(graph, dy, node.inputs[1]!) : null,
  ]),
  subtract: binary('subtract', ({ graph, node, dy, needs }) => [
    needs[0] ? dy : null,
    needs[1] ? one(graph, 'negate', [sumTo(graph, dy, node.inputs[1]!)], {}) : null,
  ]),
  multiply: binary('multiply', ({ graph, node, dy, needs }) => {
    const [a, b] = node.inputs as [Tensor, Tensor];
    return [
      needs[0] ? one(graph, 'multiply', [dy, b], {}) : null,
      needs[1] ? sumTo(graph, one(graph, 'multiply', [dy, a], {}), b) : null,
    ];
  }),
  divide: binary('divide', ({ graph, node, dy, needs }) => {
    const b = node.inputs[1]!;
    const overB = one(graph, 'divide', [dy, b], {});
    return [
      needs[0] ? overB : null,
      needs[1]
        ? one(graph, 'negate', [sumTo(graph, one(graph, 'multiply', [overB, node.outputs[0]!], {}), b)], {})
        : null,
    ];
  }),
} satisfies Pick<OperationTable, (Unary | Binary | 'softplusScale' | 'convert' | 'activationGradient') & OperationName>;
