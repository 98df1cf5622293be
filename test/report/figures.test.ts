import { describe, expect, it } from 'vitest';
import { fillNormal, purpose } from '../../src/random/index.ts';
import { densityOf } from '../../src/report/figures/density.ts';
import { widthOf } from '../../src/report/figures/letters.ts';
import { posteriorCurves, posteriorRidgesFigure } from '../../src/report/figures/posterior.ts';
import { posteriorFigure, toPng } from '../../src/report/index.ts';

const normals = (length: number, layer = 0) => {
  const values = new Float32Array(length);
  fillNormal(values, { seed: 7, purpose: purpose.weightNoise, step: 0, replica: 0, layer, example: 0 });
  return values;
};

describe('the density of values', () => {
  it('is that of the normal they were drawn from, as wide as the kernel makes it', () => {
    const count = 20_000;
    const curve = densityOf(normals(count).map((z) => 0.5 + 0.2 * z));
    // Scott's bandwidth is that of the sample, 1 % from this one: both spreads have standard error sigma / sqrt(2n).
    const bandwidth = 1.06 * 0.2 * count ** -0.2;
    const sigma = Math.hypot(0.2, bandwidth);
    // Of an estimate at a point: variance f / (2 sqrt(pi) n h) (Scott 1992, 6.2), here at its largest; 5 of it.
    const peak = 1 / (sigma * Math.sqrt(2 * Math.PI));
    const bound = 5 * Math.sqrt(peak / (2 * Math.sqrt(Math.PI) * count * bandwidth));
    for (const { x, density } of curve) {
      const expected = peak * Math.exp(-0.5 * ((x - 0.5) / sigma) ** 2);
      expect(Math.abs(density - expected)).toBeLessThan(bound);
    }
    const total = curve.slice(1).reduce((sum, { x, density }, i) => sum + density * (x - curve[i]!.x), 0);
    expect(total).toBeCloseTo(1, 2);
  });

  it('has no curve where there is nothing to spread, and leaves NaN out', () => {
    expect(densityOf(new Float32Array(0))).toEqual([]);
    expect(densityOf(Float32Array.of(1, 1, 1))).toEqual([]);
    expect(densityOf(Float32Array.of(1, Number.NaN, 2)).every(({ density }) => Number.isFinite(density))).toBe(true);
  });
});

describe('the ridges of the posteriors', () => {
  const moment = (step: number, spread: number) => {
    const layers = [0, 1].map((i) => ({
      layer: `layer ${i}`,
      mean: normals(400, i).map((z) => spread * z),
      // all alike: no curve
      standardDeviation: new Float32Array(400).fill(0.05),
    }));
    return { step, layers: layers.map(posteriorCurves) };
  };

  it('are an area for each layer and moment, on one scale, with the steps beside them', async () => {
    const svg = await posteriorRidgesFigure([moment(10, 1), moment(1200, 0.5), moment(2400, 0.25)]);
    // the areas alone have this opacity
    expect(svg.match(/fill-opacity="0.18"/g)).toHaveLength(6);
    for (const text of ['step 10', 'step 1,200', 'step 2,400', 'layer 0', 'layer 1'])
      expect(svg).toContain(`>${text}<`);
  });
});

describe('the ridges of many layers', () => {
  const layers = Array.from({ length: 20 }, (_, i) =>
    posteriorCurves({
      layer: `layer ${i}`,
      mean: normals(400, i),
      // half of a normal: the kernels reach below 0
      standardDeviation: normals(400, i).map((z) => 0.01 * Math.abs(z)),
    }),
  );

  it('are of as many as there are colours, from the first to the last', async () => {
    const svg = await posteriorRidgesFigure([{ step: 1, layers }]);
    const named = [...svg.matchAll(/>(layer \d+)</g)].map(([, name]) => name);
    expect(named).toEqual([0, 3, 5, 8, 11, 14, 16, 19].map((i) => `layer ${i}`));
  });

  it('have no standard deviation below 0', async () => {
    expect(layers[0]!.standardDeviation[0]!.x).toBeLessThan(0);
    let drawn: { x: number }[] = [];
    await posteriorRidgesFigure([{ step: 1, layers }], {
      inspect: (spec) => {
        const [, right] = (spec as unknown as { hconcat: { layer: { data: { values: { x: number }[] } }[] }[] })
          .hconcat;
        drawn = right!.layer[0]!.data.values;
      },
    });
    expect(drawn.length).toBeGreaterThan(100);
    expect(Math.min(...drawn.map(({ x }) => x))).toBeGreaterThanOrEqual(0);
  });
});

describe('letters', () => {
  it('are taken for closer to what they are than 0.8 of their height, and never for less than digits have', () => {
    // of DejaVu Sans, from its hmtx table: a digit 1303 and a comma 651 of 2048
    const own = (5 * 1303 + 651) / 2048;
    expect(widthOf('10,000', 1)).toBeGreaterThan(own);
    expect(widthOf('10,000', 1)).toBeLessThan(1.1 * own);
    expect(widthOf('', 12)).toBe(0);
  });
});

describe('the figure of the posteriors', () => {
  const layers = ['conv/kernel', 'dense/kernel'].map((layer, i) => ({
    layer,
    mean: normals(1600, i),
    standardDeviation: normals(1600, 2 + i).map((z) => Math.log1p(Math.exp(-3 + 0.1 * z))),
  }));

  it('has means on the left, standard deviations on the right, and a curve per layer', async () => {
    const svg = await posteriorFigure(layers, { title: 'step 100' });
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);
    for (const text of ['step 100', 'Posterior means', 'Posterior standard deviations', 'conv/kernel', 'dense/kernel'])
      expect(texts).toContain(text);
    expect(texts.indexOf('Posterior means')).toBeLessThan(texts.indexOf('Posterior standard deviations'));
    const curves = [...svg.matchAll(/<path[^>]*stroke-width="2"[^>]*>/g)].filter(([path]) =>
      path.includes('line mark'),
    );
    expect(curves).toHaveLength(2 * 2);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('becomes a PNG, twice as large and with its text, on a machine without fonts', async () => {
    const png = Buffer.from(await toPng(await posteriorFigure(layers)));
    expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
    const write = (text: string) =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20"><text y="15" font-family="Helvetica">${text}</text></svg>`;
    const pictures = await Promise.all(['', 'step', 'steps'].map((text) => toPng(write(text))));
    expect(Buffer.from(pictures[0]!).readUInt32BE(16)).toBe(160);
    expect(Buffer.from(pictures[0]!).readUInt32BE(20)).toBe(40);
    const sizes = pictures.map(({ length }) => length);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    expect(new Set(sizes).size).toBe(3);
  });
});
