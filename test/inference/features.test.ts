import { describe, expect, it } from 'vitest';
import { networkFeatures, sketchWidth } from '../../src/inference/index.ts';
import { wasmKernels } from '../../src/kernels/wasm/index.ts';
import { dense, denseFlipout, heads, sequential } from '../../src/layers/index.ts';
import { normal } from '../../src/likelihoods/index.ts';
import type { Model } from '../../src/models/index.ts';
import { fillNormal, purpose } from '../../src/random/index.ts';
import { modelNamed } from '../support/model.ts';
import { drawnImages, initialParameters } from '../support/network.ts';

const key = { seed: 3, purpose: purpose.signalDraw, step: 0, replica: 0, layer: 0, example: 0 };

function normals(count: number, step: number): Float32Array {
  const out = new Float32Array(count);
  fillNormal(out, { ...key, step });
  return out;
}

function table(network: Model['network'], targets = 1): Model {
  return { name: 'own', input: { shape: [3], dtype: 'f32' }, network, likelihood: normal({ targets }) };
}

describe('features of a network', () => {
  it('are what goes into its last layer', () => {
    const model = table(sequential(dense({ units: 4, activation: 'relu' }), dense({ units: 1 })));
    const values = new Map([
      ['dense/kernel', normals(12, 1)],
      ['dense/bias', normals(4, 2)],
      ['dense_1/kernel', normals(4, 3)],
      ['dense_1/bias', normals(1, 4)],
      ['likelihood/untransformedNoise', Float32Array.of(0)],
    ]);
    const inputs = normals(7 * 3, 5);
    const seen = networkFeatures(
      wasmKernels,
      model,
      (name) => values.get(name),
      { count: 7, inputs },
      { seed: 1, batch: 3 },
    );
    expect(seen.inputs).toEqual(inputs);
    const [kernel, bias] = [values.get('dense_1/kernel')!, values.get('dense_1/bias')![0]!];
    for (let n = 0; n < 7; n++) {
      const own = seen.features.subarray(4 * n, 4 * n + 4);
      expect(Math.min(...own)).toBeGreaterThanOrEqual(0);
      const sum = own.reduce((total, value, i) => total + value * kernel[i]!, bias);
      expect(seen.outputs[n]).toBeCloseTo(sum, 5);
    }
  });

  it('are what all heads get, of a network with several', () => {
    const head = sequential(dense({ units: 2, activation: 'relu' }), dense({ units: 1 }));
    const model = table(sequential(dense({ units: 4 }), heads({ a: head, b: head })), 2);
    const initial = initialParameters(model, 1);
    const seen = networkFeatures(
      wasmKernels,
      model,
      (name) => initial.get(name),
      { count: 2, inputs: normals(6, 1) },
      { seed: 1 },
    );
    expect(seen.features).toHaveLength(2 * 4);
    expect(seen.outputs).toHaveLength(2 * 2);
  });

  it('are the inputs of a network of one layer', () => {
    const model = table(denseFlipout({ units: 1 }));
    const inputs = normals(6, 1);
    const initial = initialParameters(model, 1);
    const seen = networkFeatures(wasmKernels, model, (name) => initial.get(name), { count: 2, inputs }, { seed: 1 });
    expect(seen.features).toEqual(inputs);
  });

  it('are a sketch where they are many, in which distances stay, of one draw whatever the batch', () => {
    const model = modelNamed('BNN_conv_flip');
    const initial = initialParameters(model, 1);
    const images = drawnImages(20, [28, 28, 1], 2);
    const of = (batch: number) =>
      networkFeatures(
        wasmKernels,
        model,
        (name) => initial.get(name),
        { count: 20, inputs: images },
        { seed: 4, batch },
      );
    const seen = of(20);
    expect(seen.inputs).toHaveLength(20 * sketchWidth);
    expect(of(7)).toEqual(seen);
    const distance = (values: ArrayLike<number>, width: number, a: number, b: number, scale: number) => {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += ((values[a * width + i]! - values[b * width + i]!) * scale) ** 2;
      return sum;
    };
    const ratios = Array.from(
      { length: 19 },
      (_, n) => distance(seen.inputs, sketchWidth, 0, n + 1, 1) / distance(images, 784, 0, n + 1, 1 / 255),
    );
    // E = 1, variance at most 2 / width of each; those of one image depend on each other
    for (const ratio of ratios) expect(Math.abs(ratio - 1)).toBeLessThan(5 * Math.sqrt(2 / sketchWidth));
  });
});
