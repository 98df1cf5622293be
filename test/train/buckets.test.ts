import { describe, expect, it } from 'vitest';
import { wasmKernels } from '../../src/kernels/wasm/index.ts';
import { weightsDefaults } from '../../src/layers/index.ts';
import { modelNames } from '../../src/models/index.ts';
import { adam } from '../../src/optim/index.ts';
import { TrainingProgram } from '../../src/train/training-program.ts';
import { bars } from '../support/digits.ts';
import { modelNamed } from '../support/model.ts';

const examples = 4;
const data = bars(examples);

function programOf(model: string, leastBucket: number): TrainingProgram {
  const program = new TrainingProgram(wasmKernels, modelNamed(model), {
    ...{
      weights: weightsDefaults,
      optimizer: adam,
      sliceExamples: examples,
      seed: 3,
      precision: 'f32',
      partials: 1,
      leastBucket,
    },
  });
  const { inputs, targets } = program.batch;
  inputs.set(data.images);
  targets.set(data.labels);
  program.beginStep({ step: 1, learningRate: 0.001, examples, klScale: 1e-4 });
  return program;
}

describe.each(modelNames.filter((name) => !name.startsWith('GW')))('the gradient of %s', (model) => {
  it('is complete bucket by bucket when it is said to be, and the same as in one piece', () => {
    const whole = programOf(model, Number.POSITIVE_INFINITY);
    whole.runUnit(0, 0);
    // one bucket for each call that completes something: the most that there can be
    const program = programOf(model, 1);
    const told: number[] = [];
    const pieces: Float32Array[] = [];
    let asked = 0;
    program.runUnit(0, 0, {
      addBucket(index) {
        const { begin, end } = program.buckets[index]!;
        told.push(index);
        pieces.push(program.gradient.slice(begin, end));
      },
      progress: () => asked++,
    });
    expect(told).toEqual([...program.buckets.keys()]);
    expect(told.length).toBeGreaterThan(1);
    expect(asked).toBeGreaterThan(0);
    for (const [i, { begin, end }] of program.buckets.entries()) {
      expect(pieces[i]).toEqual(whole.gradient.slice(begin, end));
      expect(pieces[i]!.some((value) => value !== 0)).toBe(true);
    }
  });
});

it('of a convolutional network goes on its way before the convolution is differentiated', () => {
  const { buckets } = programOf('BNN_conv_flip', 1 << 14);
  expect(buckets.map(({ begin, end }) => end - begin)).toEqual([125_456, 3264]);
  expect(buckets[0]!.ready).toBeLessThan(buckets[1]!.ready);
});
