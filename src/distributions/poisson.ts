import type { Graph, Tensor } from '../graph/index.ts';

/**
 * ln y! of each element, y >= 0: Stirling's series of Gamma at y + 5, less ln((y + 1)(y + 2)(y + 3)(y + 4)), to float32's
 * precision.
 */
export function logFactorialOf(graph: Graph, y: Tensor): Tensor {
  const shift = (a: Tensor, offset: number) => graph.apply('shift', [a], { offset })[0]!;
  const scale = (a: Tensor, factor: number) => graph.apply('scale', [a], { factor })[0]!;
  const multiply = (a: Tensor, b: Tensor) => graph.apply('multiply', [a, b], {})[0]!;
  const log = (a: Tensor) => graph.apply('log', [a], {})[0]!;
  const product = [2, 3, 4].reduce((value, k) => multiply(value, shift(y, k)), shift(y, 1));
  const x = shift(y, 5);
  const main = graph.apply('subtract', [multiply(shift(x, -0.5), log(x)), x], {})[0]!;
  // 1/(12 x) - 1/(360 x^3) = (1/12 - 1/(360 x^2)) / x
  const inverse = graph.apply('exp', [graph.apply('negate', [log(x)], {})[0]!], {})[0]!;
  const series = multiply(shift(scale(multiply(inverse, inverse), -1 / 360), 1 / 12), inverse);
  const gamma = shift(graph.apply('add', [main, series], {})[0]!, 0.5 * Math.log(2 * Math.PI));
  return graph.apply('subtract', [gamma, log(product)], {}, 'logFactorial')[0]!;
}
