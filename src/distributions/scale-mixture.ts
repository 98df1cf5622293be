import type { Graph, Tensor } from '../graph/index.ts';
import { normalLogDensity } from './normal.ts';

/** share N(0, scales[0]^2) + (1 - share) N(0, scales[1]^2), share in (0, 1) (Blundell et al. 2015, eq. 7). */
export interface ScaleMixture {
  readonly scales: readonly [number, number];
  readonly share: number;
}

/** ln p(x), nats. */
export function scaleMixtureLogDensity(x: number, { scales, share }: ScaleMixture): number {
  const a = Math.log(share) + normalLogDensity(x, { mean: 0, scale: scales[0] });
  const b = Math.log(1 - share) + normalLogDensity(x, { mean: 0, scale: scales[1] });
  const larger = Math.max(a, b);
  return larger + Math.log1p(Math.exp(Math.min(a, b) - larger));
}

/** ln p of each element, nats: with a and b the two parts' logarithms, a + softplus(b - a), which cannot overflow. */
export function scaleMixtureLogDensityOf(graph: Graph, x: Tensor, { scales, share }: ScaleMixture): Tensor {
  const square = graph.apply('square', [x], {})[0]!;
  const shares = [share, 1 - share] as const;
  const [a, b] = scales.map((scale, i) => {
    const quadratic = graph.apply('scale', [square], { factor: -0.5 / (scale * scale) })[0]!;
    const offset = Math.log(shares[i]!) + normalLogDensity(0, { mean: 0, scale });
    return graph.apply('shift', [quadratic], { offset })[0]!;
  }) as [Tensor, Tensor];
  const difference = graph.apply('subtract', [b, a], {})[0]!;
  const rest = graph.apply('softplus', [difference], {})[0]!;
  return graph.apply('add', [a, rest], {}, 'logPrior')[0]!;
}
