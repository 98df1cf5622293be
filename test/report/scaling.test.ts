import { describe, expect, it } from 'vitest';
import {
  type Machine,
  type Workload,
  allreduceSeconds,
  expectedLateness,
  fitSpread,
  machines,
  predictStep,
} from '../../src/report/scaling/index.ts';

const { theta, laptop, 'theta-horovod': thetaHorovod, 'cluster-ib': cluster } = machines;

/** BNN_conv_flip of bnn_hvd on Theta, batch 128 per node: 75.8 ms on 1, 82.6 ms on 2, a speed-up of 6.07 on 8. */
const original: Workload = {
  computeSeconds: 0.0758,
  elements: 128_714,
  wire: 'float32',
  bucketBytes: 2 ** 20,
  overlap: false,
  scaling: 'weak',
};

describe('an allreduce', () => {
  const link = { latency: 3, bandwidth: 2 };

  it('costs what Thakur, Rabenseifner and Gropp 2005 say: alpha 3, beta 1/2, gamma 1/5, 8 ranks, 40 bytes', () => {
    // 2 (p - 1) alpha + 2 (p - 1)/p n beta + (p - 1)/p n gamma
    expect(allreduceSeconds('ring', 8, 40, link, 5)).toBeCloseTo(42 + 35 + 7, 12);
    // lg p (alpha + n beta + n gamma)
    expect(allreduceSeconds('recursive-doubling', 8, 40, link, 5)).toBeCloseTo(3 * (3 + 20 + 8), 12);
    // 2 lg p alpha + 2 (p - 1)/p n beta + (p - 1)/p n gamma
    expect(allreduceSeconds('rabenseifner', 8, 40, link, 5)).toBeCloseTo(18 + 35 + 7, 12);
  });

  it.each(['ring', 'recursive-doubling', 'rabenseifner'] as const)('%s: nothing on one rank', (algorithm) => {
    expect(allreduceSeconds(algorithm, 1, 40, link, 5)).toBe(0);
  });

  it('of ranks that are no power of two has another round, there and back', () => {
    const four = allreduceSeconds('rabenseifner', 4, 40, link, 5);
    expect(allreduceSeconds('rabenseifner', 5, 40, link, 5)).toBeCloseTo(four + 2 * 3 + 2 * 20 + 8, 12);
  });
});

describe('the lateness of the last rank', () => {
  it('is H_R - 1 for exponential delays', () => {
    expect(expectedLateness('exponential', 1)).toBe(0);
    expect(expectedLateness('exponential', 4)).toBeCloseTo(1 / 2 + 1 / 3 + 1 / 4, 14);
    // H_n = ln n + 0.57721566 + 1 / 2n + O(1 / n^2)
    const n = 65_536;
    expect(expectedLateness('exponential', n)).toBeCloseTo(Math.log(n) + 0.5772156649015329 + 1 / (2 * n) - 1, 9);
  });

  it('has the closed forms of normal delays: 0, 1/sqrt(pi), 3/(2 sqrt(pi))', () => {
    expect(expectedLateness('normal', 1)).toBeCloseTo(0, 6);
    expect(expectedLateness('normal', 2)).toBeCloseTo(1 / Math.sqrt(Math.PI), 6);
    expect(expectedLateness('normal', 3)).toBeCloseTo(1.5 / Math.sqrt(Math.PI), 6);
  });
});

describe('a step', () => {
  it('on one rank is its compute time, on any machine, overlapped or not', () => {
    for (const machine of Object.values(machines)) {
      for (const overlap of [false, true]) {
        for (const scaling of ['weak', 'strong'] as const) {
          const { step, speedUp, efficiency } = predictStep({ ...original, overlap, scaling }, machine, 1);
          expect([step, speedUp, efficiency]).toEqual([0.0758, 1, 1]);
        }
      }
    }
  });

  it('hides all buckets but the last where the network keeps up, and none of the excess where it does not', () => {
    const even: Machine = { ...theta, spread: 0 };
    const split = { ...original, bucketBytes: Math.ceil((128_714 * 4) / 4) };
    const bare = predictStep(split, even, 8).communication;
    const hidden = predictStep({ ...split, overlap: true }, even, 8).communication;
    expect(hidden).toBeCloseTo(bare / 4, 10);
    const slow = { ...even, between: { latency: 0, bandwidth: 1e5 } };
    const first = split.computeSeconds / 2;
    const all = predictStep(split, slow, 8).communication;
    expect(predictStep({ ...split, overlap: true }, slow, 8).communication).toBeCloseTo(all - first, 10);
  });

  it('moves half the bytes in bfloat16', () => {
    const machine: Machine = { ...theta, between: { latency: 0, bandwidth: 1e9 } };
    const { communication } = predictStep(original, machine, 8);
    expect(predictStep({ ...original, wire: 'bfloat16' }, machine, 8).communication).toBeCloseTo(communication / 2, 12);
  });

  it('crosses the network only past one node', () => {
    const inside = predictStep(original, cluster, 32);
    const broken = { ...cluster, between: { latency: 1, bandwidth: 1 } };
    expect(predictStep(original, broken, 32)).toEqual(inside);
    expect(predictStep(original, broken, 33).step).toBeGreaterThan(inside.step + 1);
  });

  it('scales strongly no better than weakly, and neither beyond the ideal', () => {
    for (let ranks = 1; ranks <= 65_536; ranks *= 4) {
      const weak = predictStep(original, laptop, ranks);
      const strong = predictStep({ ...original, scaling: 'strong' }, laptop, ranks);
      expect(weak.efficiency).toBeLessThanOrEqual(1);
      expect(strong.efficiency).toBeLessThanOrEqual(weak.efficiency);
    }
  });
});

describe('Theta, as bnn_hvd logged it', () => {
  it('fitted to 1 and 2 nodes, predicts the speed-up of 6.07 on 8 within 1 %; with normal delays within 8 %', () => {
    const errors = (['exponential', 'normal'] as const).map((law) => {
      const spread = fitSpread(original, { ...theta, law }, 2, 0.0826);
      const machine = { ...theta, law, spread };
      expect(predictStep(original, machine, 2).step).toBeCloseTo(0.0826, 12);
      return (predictStep(original, machine, 8).speedUp / 6.07 - 1) * 100;
    });
    expect(errors.map((error) => error.toFixed(1))).toEqual(['0.9', '7.6']);
  });

  it('is the preset theta-horovod', () => {
    expect(fitSpread(original, theta, 2, 0.0826)).toBeCloseTo(thetaHorovod.spread, 4);
  });

  it('reaches 0.9 with overlap and bfloat16 only where the ranks are even: a spread of 6.3 % at most', () => {
    const better: Workload = { ...original, overlap: true, wire: 'bfloat16' };
    const efficiency = (spread: number) => predictStep(better, { ...theta, spread }, 8).efficiency;
    expect(efficiency(theta.spread)).toBeGreaterThan(0.96);
    expect(efficiency(thetaHorovod.spread)).toBeCloseTo(0.77, 2);
    expect(efficiency(0.063)).toBeGreaterThan(0.9);
    expect(efficiency(0.065)).toBeLessThan(0.9);
  });

  it('needs no spread for a step that is faster than even ranks can be', () => {
    expect(fitSpread(original, theta, 2, 0.07)).toBe(0);
  });
});
