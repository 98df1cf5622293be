import { logFactorialOf } from '../distributions/index.ts';
import { poissonFamily } from './families.ts';
import type { Likelihood } from './likelihood.ts';
import { meanSquare } from './location-scale.ts';
import { checkOptions, checkTargetCount } from './requests.ts';
import type { RealPredictive } from './real-predictive.ts';
import { RealGathering, realFigures, realQuality } from './reals.ts';

/** y ~ Poisson(e^output), counts, independent over the targets. */
export function poisson(options: { readonly targets?: number } = {}): Likelihood<RealPredictive> {
  checkOptions('a Poisson likelihood', options);
  const { targets = 1 } = options;
  checkTargetCount('Poisson', targets);
  return {
    kind: 'poisson',
    outputs: targets,
    target: { dtype: 'f32', width: targets },
    stepFigure: { name: 'rmse', title: 'RMSE', unit: '', better: 'lower', ofMean: Math.sqrt },
    figures: realFigures,
    loss(outputs, target, { graph }) {
      // e^output - y output + ln y!
      const rate = graph.apply('exp', [outputs], {}, 'rate')[0]!;
      const product = graph.apply('multiply', [target, outputs], {})[0]!;
      const energy = graph.apply('subtract', [rate, product], {})[0]!;
      const density = graph.apply('add', [energy, logFactorialOf(graph, target)], {})[0]!;
      const nll = graph.apply('sum', [density], { leading: 0, trailing: 1 }, 'nll')[0]!;
      const difference = graph.apply('subtract', [rate, target], {})[0]!;
      return { nll, figure: meanSquare(graph, difference, null, targets) };
    },
    predict: (outputs, { graph }) => graph.apply('exp', [outputs], {}, 'rate'),
    gather: (request) => new RealGathering(request, poissonFamily, targets),
    quality: realQuality,
  };
}
