import { describe, expect, it } from 'vitest';
import { type Viewed, classVerdict, familiarityOf, learnFamiliarity } from '../../src/calibration/index.ts';
import { onAxes, principalAxes } from '../../src/calibration/principal-axes.ts';
import { fillNormal, purpose } from '../../src/random/index.ts';

const key = { seed: 8, purpose: purpose.signalDraw, step: 0, replica: 0, layer: 0, example: 0 };

function normals(count: number, step: number): Float32Array {
  const out = new Float32Array(count);
  fillNormal(out, { ...key, step });
  return out;
}

/** Two classes, each around a centre of its own in 5 inputs; features are two of them. */
function clusters(count: number, step: number, offset = 0): Viewed {
  const noise = normals(count * 5, step);
  const groups = Int32Array.from({ length: count }, (_, n) => n % 2);
  const inputs = noise.map((z, i) => z + (groups[Math.floor(i / 5)] === 1 ? 4 : 0) + (i % 5 === 4 ? offset : 0));
  const features = Float32Array.from({ length: 2 * count }, (_, i) => inputs[Math.floor(i / 2) * 5 + (i % 2)]!);
  return { count, inputs, features, groups };
}

describe('principal axes', () => {
  it('finds the directions of the largest variances, at right angles', () => {
    // x = z1 (3, 4) / 5 x 10 + z2 (-4, 3) / 5: variances 100 and 1
    const z = normals(2 * 5000, 1);
    const rows = Float32Array.from(z, (_, i) => {
      const [a, b] = [10 * z[i - (i % 2)]!, z[i - (i % 2) + 1]!];
      return i % 2 === 0 ? (3 * a - 4 * b) / 5 + 7 : (4 * a + 3 * b) / 5;
    });
    const { axes, centre, ...others } = principalAxes(rows, 2, 2);
    const sign = Math.sign(axes[0]!);
    // the direction's error is about the ratio of the standard deviations over the root of the count
    expect(sign * axes[0]!).toBeCloseTo(0.6, 2);
    expect(sign * axes[1]!).toBeCloseTo(0.8, 2);
    expect(axes[0]! * axes[2]! + axes[1]! * axes[3]!).toBeCloseTo(0, 6);
    expect(Math.abs(centre[0]! - 7)).toBeLessThan((4 * 6.1) / Math.sqrt(5000));
    const placed = onAxes(rows, { axes, centre, ...others });
    const variance = (k: number) => placed.reduce((sum, v, i) => sum + (i % 2 === k ? v * v : 0), 0) / 5000;
    expect(variance(0) / 100).toBeCloseTo(1, 1);
    expect(variance(1)).toBeCloseTo(1, 1);
  });

  it('keeps all distances where it keeps all axes', () => {
    const rows = normals(40 * 6, 2);
    const placed = onAxes(rows, principalAxes(rows, 6, 64));
    const distance = (values: Float32Array, a: number, b: number) =>
      Array.from({ length: 6 }, (_, i) => (values[a * 6 + i]! - values[b * 6 + i]!) ** 2).reduce((x, y) => x + y);
    for (let n = 1; n < 40; n++) expect(distance(placed, 0, n)).toBeCloseTo(distance(rows, 0, n), 4);
  });
});

describe('familiarity', () => {
  const learned = learnFamiliarity(clusters(4000, 3), clusters(2000, 4), 2);

  it('is uniform, or larger, for inputs like those of the training', () => {
    const shares = familiarityOf(learned, clusters(2000, 5));
    for (const level of [0.02, 0.1, 0.3]) {
      const below = shares.filter((share) => share <= level).length / 2000;
      // P(share <= level) <= level; its spread is that of both parts of 1,000 per class
      expect(below).toBeLessThan(level + 4 * Math.sqrt((2 * level * (1 - level)) / 1000));
    }
    // and not always larger: at least the one of the two views finds half of it
    expect(shares.filter((share) => share <= 0.3).length / 2000).toBeGreaterThan(0.1);
  });

  it('is small for what is far in one view alone', () => {
    const far = familiarityOf(learned, clusters(200, 6, 9));
    expect(far.filter((share) => share <= 0.02)).toHaveLength(200);
  });

  it('is small for what is taken for a class that it is far from', () => {
    const { groups, ...views } = clusters(200, 7);
    const wrong = familiarityOf(learned, { ...views, groups: groups.map((group) => 1 - group) });
    expect(wrong.filter((share) => share <= 0.02).length).toBeGreaterThan(190);
  });

  it('takes the distances of all where a group has few held-out examples', () => {
    const few = learnFamiliarity(clusters(400, 8), clusters(300, 9), 2);
    expect(few.inputs.distances[0]).toEqual(few.inputs.distances[1]);
    expect(few.inputs.distances[0]).toHaveLength(300);
  });
});

describe('verdict', () => {
  it.each([
    [[4], 0.5, 0.9, '4'],
    [[4], 0.05, 0.9, 'not sure: 4, but unlike most in training'],
    [[4], 0.05, 0.99, '4'],
    [[4, 9], 0.05, 0.9, 'not sure: 4 or 9'],
    [[4, 9, 7], null, 0.9, 'not sure: 4, 9 or 7'],
    [[4, 9, 7, 1], 0.5, 0.9, 'not sure: could be any of 4'],
    [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 0.5, 0.9, 'not sure: could be any of all 10'],
    [[4], 0.02, 0.9, 'unlike anything in training'],
    [[4], 0.02, 0.99, '4'],
  ])('of %j with familiarity %j at a level of %d', (set, share, level, words) => {
    const familiarity = share === null ? null : Float64Array.of(share);
    const one = { level, sets: [set], familiarity, probabilities: null, low: null, high: null };
    expect(classVerdict(one, 0, 10, (label) => `${label}`)).toBe(words);
  });

  it('is none where there are no sets', () => {
    const none = { level: 0.9, sets: null, familiarity: null, probabilities: null, low: null, high: null };
    expect(classVerdict(none, 0, 10, String)).toBeNull();
  });
});
