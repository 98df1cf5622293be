import { describe, expect, it, test } from 'vitest';
import { activation, denseReparameterization, dropout, flatten } from '../../src/layers/index.ts';
import { type NoisePlace, buildLayers, runLayers } from '../support/layer.ts';
import { plan, reparameterizeLocally } from '../../src/graph/index.ts';

const ones = (...shape: number[]) => ({ shape, data: Array(shape.reduce((size, extent) => size * extent, 1)).fill(1) });

/** What training makes of ones: the mask. */
const mask = (noise: NoisePlace, rate = 0.25, examples = 4) =>
  runLayers([dropout({ rate })], ones(examples, 50), { noise }).data;

describe('in training', () => {
  it('keeps a share of 1 - rate, and the expectation', () => {
    const [examples, features, rate] = [100, 200, 0.2];
    const { data } = runLayers([dropout({ rate })], ones(examples, features));
    const kept = Math.fround(1 / 0.8);
    expect(data.every((v) => v === 0 || v === kept)).toBe(true);
    const share = data.filter((v) => v !== 0).length / data.length;
    // binomial: five standard deviations
    expect(Math.abs(share - 0.8)).toBeLessThan(5 * Math.sqrt((0.8 * 0.2) / data.length));
  });

  it('every example, step, replica, seed and layer has a mask of its own', () => {
    const places: NoisePlace[] = [{}, { step: 1 }, { replica: 1 }, { seed: 2 }];
    const rows = places.flatMap((place) => {
      const data = mask(place);
      return [0, 1, 2, 3].map((i) => data.slice(50 * i, 50 * (i + 1)).join());
    });
    expect(new Set(rows).size).toBe(16);
    const twice = runLayers([dropout({ rate: 0.5 }), dropout({ rate: 0.5 })], ones(4, 50)).data;
    // were both masks the same, a half would stay
    expect(twice.filter((v) => v !== 0).length).toBeLessThan(80);
  });

  it('does not depend on how a batch is cut into slices', () => {
    const whole = mask({ step: 3 });
    const slices = [0, 2].flatMap((firstExample) => mask({ step: 3, firstExample }, 0.25, 2));
    expect(slices).toEqual(whole);
  });

  it('an image has one element of the mask per feature', () => {
    const image = runLayers([dropout({ rate: 0.5 })], ones(3, 4, 5, 2));
    expect(image.shape).toEqual([3, 4, 5, 2]);
    expect(image.data).toEqual(runLayers([flatten(), dropout({ rate: 0.5 })], ones(3, 4, 5, 2)).data);
  });
});

describe('in prediction', () => {
  const x = { shape: [2, 30], data: Array.from({ length: 60 }, (_, i) => i + 1) };

  it('leaves x as it is', () => {
    const layers = [activation('relu'), dropout({ rate: 0.5 })];
    expect(runLayers(layers, x, { mode: 'prediction' }).data).toEqual(x.data);
    expect(buildLayers([dropout({ rate: 0.5 })], [2, 30], 'prediction').graph.nodes).toEqual([]);
  });

  it('with monteCarlo draws a mask for each example and each draw', () => {
    const layers = [dropout({ rate: 0.5, monteCarlo: true })];
    const draws = [0, 1].map((step) => runLayers(layers, x, { mode: 'prediction', noise: { step } }).data);
    for (const data of draws) expect(data.every((v, i) => v === 0 || v === 2 * (i + 1))).toBe(true);
    const zeros = draws.flatMap((data) =>
      [data.slice(0, 30), data.slice(30)].map((row) => row.map((v) => v === 0).join()),
    );
    expect(new Set(zeros).size).toBe(4);
  });

  it('is drawn anew for each draw, and what is before it once', () => {
    const { graph, y } = buildLayers([flatten(), dropout({ rate: 0.5, monteCarlo: true })], [2, 3, 5], 'prediction');
    const of = (nesting: 'training' | 'prediction') =>
      plan({ graph, outputs: [y], placed: new Map(), base: 0, nesting }).stages;
    expect(of('prediction').draw.map(({ operation }) => operation)).toEqual(['maskNoise', 'multiply']);
    expect(of('training').slice.map(({ operation }) => operation)).toEqual(['maskNoise', 'multiply']);
  });

  it('behind it pre-activations are drawn, of an input that is drawn too', () => {
    const layers = [dropout({ rate: 0.5, monteCarlo: true }), denseReparameterization({ units: 3 })];
    const { graph, y } = buildLayers(layers, [2, 30], 'prediction');
    const operations = reparameterizeLocally(graph, [y]).graph.nodes.map(({ operation }) => operation);
    expect(operations.slice(0, 2)).toEqual(['maskNoise', 'multiply']);
    expect(operations.slice(-2)).toEqual(['normalNoise', 'perturb']);
  });
});

test('a rate of 0 changes nothing, in any mode; out of range it is refused', () => {
  expect(buildLayers([dropout({ rate: 0 })], [2, 3]).graph.nodes).toEqual([]);
  expect(() => dropout({ rate: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: dropout, rate: got 1, expected a number from 0 on, below 1]`,
  );
  expect(() => dropout({ rate: Number.NaN })).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: dropout, rate: got NaN, expected a number from 0 on, below 1]`,
  );
});
