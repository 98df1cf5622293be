import type { Activation } from '../../graph/index.ts';
import type { Bind, BindTable } from './binding.ts';

type Unary = 'negate' | 'exp' | 'log' | 'sqrt' | 'square' | Exclude<Activation, 'none'>;
type Binary = 'add' | 'subtract' | 'multiply' | 'divide';

/** Math.max keeps a NaN, as an activation must: a comparison would turn it into 0. */
const relu = (x: number): number => Math.max(x, 0);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
/** ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|): no overflow, no cancellation */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

const elu = (x: number): number => (x > 0 ? x : Math.expm1(x));
const leakyRelu = (x: number): number => (x > 0 ? x : 0.01 * x);

/** f of each activation. */
export const activations: Readonly<Record<Activation, (x: number) => number>> = {
  none: (x) => x,
  relu,
  tanh: Math.tanh,
  softplus,
  sigmoid,
  elu,
  leakyRelu,
};

/** f'(x) in terms of y = f(x). */
export const derivatives: Readonly<Record<Activation, (y: number) => number>> = {
  none: () => 1,
  relu: (y) => (y > 0 ? 1 : 0),
  tanh: (y) => 1 - y * y,
  // sigmoid(x) = 1 - e^-softplus(x)
  softplus: (y) => -Math.expm1(-y),
  sigmoid: (y) => y * (1 - y),
  // e^x = 1 + (e^x - 1)
  elu: (y) => (y > 0 ? 1 : 1 + y),
  leakyRelu: (y) => (y > 0 ? 1 : 0.01),
};

function unary(f: (x: number) => number): Bind<Unary> {
  return (_attributes, [{ data: x }], [{ data: y }]) => {
    return () => {
      for (let i = 0; i < y.length; i++) y[i] = f(x[i]);
    };
  };
}

/** b is repeated over the leading axes of a: its elements come round again and again. */
function binary(f: (a: number, b: number) => number): Bind<Binary> {
  return (_attributes, [{ data: a }, { data: b }], [{ data: y }]) => {
    return () => {
      for (let i = 0; i < y.length; i++) y[i] = f(a[i], b[i % b.length]);
    };
  };
}

export const elementwise: BindTable<
  Unary | Binary | 'scale' | 'shift' | 'softplusScale' | 'convert' | 'activationGradient'
> = {
  negate: unary((x) => -x),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  square: unary((x) => x * x),
  relu: unary(relu),
  tanh: unary(Math.tanh),
  softplus: unary(softplus),
  sigmoid: unary(sigmoid),
  elu: unary(elu),
  leakyRelu: unary(leakyRelu),

  add: binary((a, b) => a + b),
  subtract: binary((a, b) => a - b),
  multiply: binary((a, b) => a * b),
  divide: binary((a, b) => a / b),

  scale({ factor }, [{ data: x }], [{ data: y }]) {
    return () => {
      for (let i = 0; i < y.length; i++) y[i] = x[i] * factor;
    };
  },

  shift({ offset }, [{ data: x }], [{ data: y }]) {
    return () => {
      for (let i = 0; i < y.length; i++) y[i] = x[i] + offset;
    };
  },

  softplusScale({ offset }, [{ data: x }], [{ data: scale }, { data: derivative }]) {
    return () => {
      for (let i = 0; i < x.length; i++) {
        scale[i] = offset + softplus(x[i]);
        derivative[i] = sigmoid(x[i]);
      }
    };
  },

  convert(_attributes, [{ data: x }], [{ data: y }]) {
    return () => y.set(x);
  },

  activationGradient({ activation }, [{ data: dy }, { data: y }], [{ data: dx }]) {
    const derivative = derivatives[activation];
    return () => {
      for (let i = 0; i < dx.length; i++) dx[i] = dy[i] * derivative(y[i]);
    };
  },
};
