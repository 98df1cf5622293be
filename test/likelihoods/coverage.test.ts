import { describe, expect, it } from 'vitest';
import { type Likelihood, type RealPredictive, centralCoverage, normal, poisson } from '../../src/likelihoods/index.ts';

const count = 400;
const draws = 7;

/** Draws by a formula, and what they make of targets. */
function gathered(likelihood: Likelihood<RealPredictive>, targets: Float32Array, outputs: number) {
  const units = outputs === 2 ? { shift: [1, 2], scale: [3, 0.5] } : null;
  const gathering = likelihood.gather({ count, draws, levels: [], units, targets });
  const batch = gathering.batch(count);
  for (let draw = 0; draw < draws; draw++) {
    const location = Float32Array.from({ length: count * outputs }, (_, i) => 1.5 + Math.sin(i + draw / 3));
    const scale = location.map((value) => 0.5 + 0.1 * value);
    batch.add(draw, [location, scale], count);
  }
  batch.finish(0, count);
  return { predictive: gathering.result(), units };
}

const spread = (length: number) => Float32Array.from({ length }, (_, i) => 1.5 + 2.5 * Math.sin(i * 12.9898));

describe('coverage of central intervals', () => {
  it('is the share of probability integral transforms around a half', () => {
    const { predictive } = gathered(normal({ targets: 2 }), spread(2 * count), 2);
    const levels = [0, 0.05, 0.5, 0.9, 1];
    for (const output of [0, 1]) {
      const shares = levels.map((level) => {
        const covered = Array.from({ length: count }, (_, n) => predictive.scores!.probability[2 * n + output]!);
        return covered.filter((u) => Math.abs(2 * u - 1) <= level).length / count;
      });
      expect(centralCoverage(predictive, output, levels)).toEqual(shares);
    }
  });

  it('is that of the quantiles, of reals and of counts', () => {
    const counts = spread(count).map((value) => Math.max(0, Math.round(value)));
    for (const [likelihood, targets, outputs] of [
      [normal({ targets: 2 }), spread(2 * count), 2],
      [poisson(), counts, 1],
    ] as const) {
      const { predictive, units } = gathered(likelihood, targets, outputs);
      const { coverage50, coverage90 } = likelihood.quality(predictive, targets, units);
      const each = Array.from({ length: outputs }, (_, output) => centralCoverage(predictive, output, [0.5, 0.9]));
      const meanOf = (level: number) => each.reduce((sum, shares) => sum + shares[level]!, 0) / outputs;
      expect(meanOf(0)).toBeCloseTo(coverage50!, 12);
      expect(meanOf(1)).toBeCloseTo(coverage90!, 12);
      expect(coverage50).toBeGreaterThan(0.1);
      expect(coverage90).toBeLessThan(1);
    }
  });

  it('needs to know the targets', () => {
    const predictive = normal().gather({ count: 1, draws: 1, levels: [], units: null, targets: null }).result();
    expect(() => centralCoverage(predictive, 0, [0.5])).toThrow('the targets were not known');
  });
});
