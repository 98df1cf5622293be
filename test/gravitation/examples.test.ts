import { describe, expect, it } from 'vitest';
import { BatchOrder } from '../../src/data/index.ts';
import {
  SegmentWindows,
  WhitenedWindows,
  drawBinary,
  gravitationExamples,
  heldOutLoudness,
  heldOutSignals,
  hideInNoise,
  makeSignals,
  remnant,
  ringdown,
  usualPrior,
  windowLength,
} from '../../src/gravitation/index.ts';
import { largest } from './golden.ts';

const seed = 190301998;
const signals = makeSignals(12, { seed });

describe('the prior', () => {
  const drawn = Array.from({ length: 4000 }, (_, i) => drawBinary(seed, 'train', i));

  it('is uniform where it is not cut off', () => {
    for (const { mass1, mass2, spin1, spin2, phase } of drawn) {
      expect(mass1).toBeGreaterThan(9);
      expect(mass1).toBeLessThan(65);
      expect(mass2).toBeGreaterThan(5.2);
      expect(mass2).toBeLessThanOrEqual(mass1);
      expect(mass1).toBeLessThanOrEqual(5 * mass2);
      expect(Math.max(Math.abs(spin1), Math.abs(spin2))).toBeLessThan(0.8);
      expect(phase).toBeGreaterThan(0);
      expect(phase).toBeLessThan(Math.PI);
    }
    // the lighter one's spin decides next to nothing: mean 0, variance 0.8^2 / 3
    const mean = drawn.reduce((sum, { spin2 }) => sum + spin2, 0) / drawn.length;
    expect(Math.abs(mean)).toBeLessThan((5 * 0.8) / Math.sqrt(3 * drawn.length) + 0.01);
  });

  it('has remnants of 0.61 +- 0.17, and leaves out those about 0', () => {
    const spins = drawn.map((binary) => remnant(binary).spin);
    expect(Math.min(...spins)).toBeGreaterThanOrEqual(0.2);
    const mean = spins.reduce((sum, a) => sum + a, 0) / spins.length;
    const deviation = Math.sqrt(spins.reduce((sum, a) => sum + (a - mean) ** 2, 0) / spins.length);
    // without the 2.9 % below 0.2 the mean is larger by 0.014, the deviation smaller by as much
    expect(Math.abs(mean - 0.624)).toBeLessThan(0.02);
    expect(Math.abs(deviation - 0.156)).toBeLessThan(0.02);
  });

  it('is another for each part and seed, and the same when it is asked again', () => {
    expect(drawBinary(seed, 'train', 3)).toEqual(drawn[3]);
    expect(drawBinary(seed, 'test', 3)).not.toEqual(drawn[3]);
    expect(drawBinary(seed + 1, 'train', 3)).not.toEqual(drawn[3]);
    const none = { ...usualPrior, leastFinalSpin: 1 };
    expect(() => drawBinary(seed, 'train', 0, none)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: the prior leaves all binaries out: got {"mass1":[9,65],"mass2":[5.2,42],"spin":[-0.8,0.8],"largestRatio":5,"leastFinalSpin":1}, expected one within 10000 draws]`,
    );
  });

  it('is heard 13 times as loud by a filter as its largest sample is (George and Huerta 2018: 13.0 +- 1.5)', () => {
    const out = new Float64Array(windowLength);
    const windows = new SegmentWindows('whitened');
    const ratios = drawn.slice(0, 150).map((binary) => {
      const snr = windows.fill(out, binary, { phase: binary.phase });
      return snr / largest(out.map(Math.abs));
    });
    const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
    expect(Math.abs(mean - 13.1)).toBeLessThan((5 * 2) / Math.sqrt(ratios.length));
  });
});

describe('signals', () => {
  it('are whitened windows with a largest sample of 1, and the labels of their binaries', () => {
    const { length, merger, samples, labels } = signals;
    const clean = new Float32Array(length);
    for (const i of [0, 7, 11]) {
      const { phase, ...binary } = drawBinary(seed, 'train', i);
      new WhitenedWindows().fill(clean, binary, { merger, phase });
      const top = largest(clean);
      const row = samples.subarray(i * length, (i + 1) * length);
      expect(largest(row)).toBe(1);
      expect(largest(row.map((x, n) => Math.abs(x - clean[n]! / top)))).toBeLessThan(1e-6);
      const { spin } = remnant(binary);
      const { omegaReal, omegaImaginary } = ringdown(spin);
      expect([...labels.subarray(5 * i, 5 * i + 5)]).toEqual([
        ...[binary.mass1, binary.mass2, spin, omegaReal, omegaImaginary],
      ]);
    }
    expect(() => makeSignals(0, { seed })).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: number of signals: got 0, expected an integer from 1]`,
    );
  });
});

function batchOf(examples: number, width = 3) {
  return { inputs: new Float32Array(examples * windowLength), targets: new Float32Array(examples * width) };
}

const at = (position: number, step = 1) => ({ step, replica: 0, firstExample: 0, position });

describe('examples of signals', () => {
  const examples = gravitationExamples(signals, { seed, peakSnr: [2, 2] });

  it('are signals in noise, moved by up to 0.15 s, with a standard deviation of 1', () => {
    const batch = batchOf(12);
    examples.fill(batch, at(0));
    const order = new Int32Array(12);
    new BatchOrder(seed, 12).fill(order, 0);
    const shifts = new Set<number>();
    for (let i = 0; i < 12; i++) {
      const seen = batch.inputs.subarray(i * windowLength, (i + 1) * windowLength);
      const squares = seen.reduce((sum, x) => sum + x * x, 0);
      const mean = seen.reduce((sum, x) => sum + x, 0) / windowLength;
      expect(squares / windowLength - mean ** 2).toBeCloseTo(1, 5);
      // of all places where the signal might be, it is at one, exactly
      const place = order[i]!;
      const row = signals.samples.subarray(place * signals.length, (place + 1) * signals.length);
      const matched = Array.from({ length: signals.length - windowLength + 1 }, (_, shift) => {
        const clean = row.subarray(shift, shift + windowLength);
        const expected = new Float32Array(windowLength);
        if (Math.abs(correlation(seen, clean)) < 0.1) return false;
        hideInNoise(expected, clean, 2, { seed, step: 0, replica: 0, layer: 0, example: place });
        return expected.every((x, n) => x === seen[n]);
      });
      expect(matched.filter(Boolean)).toHaveLength(1);
      shifts.add(matched.indexOf(true));
      const labels = signals.labels.subarray(5 * place + 2, 5 * place + 5);
      expect([...batch.targets.subarray(3 * i, 3 * i + 3)]).toEqual([...Float32Array.from(labels)]);
    }
    expect(shifts.size).toBeGreaterThan(8);
  });

  it('are the same in whatever batches they come', () => {
    const whole = batchOf(24);
    examples.fill(whole, at(6));
    const again = gravitationExamples(signals, { seed, peakSnr: [2, 2] });
    for (const [position, count] of [
      [20, 10],
      [6, 5],
      [11, 9],
    ] as const) {
      const part = batchOf(count);
      again.fill(part, at(position));
      const from = position - 6;
      expect(part.inputs).toEqual(whole.inputs.subarray(from * windowLength, (from + count) * windowLength));
      expect(part.targets).toEqual(whole.targets.subarray(3 * from, 3 * (from + count)));
    }
  });

  it('are other ones at the next visit', () => {
    const [first, second] = [batchOf(12), batchOf(12)];
    examples.fill(first, at(0));
    examples.fill(second, at(12));
    const [orders, next] = [new Int32Array(12), new Int32Array(12)];
    new BatchOrder(seed, 12).fill(orders, 0);
    new BatchOrder(seed, 12).fill(next, 12);
    for (const place of [0, 5, 11]) {
      const [i, j] = [orders.indexOf(place), next.indexOf(place)];
      const [a, b] = [first.inputs.subarray(i * windowLength), second.inputs.subarray(j * windowLength)];
      // noise of which neither knows the other, and signals in other places: 5 standard errors, and what is left of them
      expect(Math.abs(correlation(a.subarray(0, 4096), b.subarray(0, 4096)))).toBeLessThan(0.35);
      expect(a.subarray(0, 16)).not.toEqual(b.subarray(0, 16));
    }
  });

  it('take the targets that are asked for, and a curriculum of loudness', () => {
    const loud: number[] = [];
    const curriculum = gravitationExamples(signals, {
      seed,
      targets: ['mass2', 'mass1'],
      peakSnr: (step) => {
        loud.push(step);
        return step < 10 ? [1000, 1000] : [0, 0];
      },
    });
    const batch = batchOf(2, 2);
    curriculum.fill(batch, at(0, 9));
    const order = new Int32Array(2);
    new BatchOrder(seed, 12).fill(order, 0);
    for (const i of [0, 1]) {
      const labels = signals.labels.subarray(5 * order[i]!, 5 * order[i]! + 2);
      expect([...batch.targets.subarray(2 * i, 2 * i + 2)]).toEqual([...Float32Array.from(labels)].toReversed());
    }
    // a signal that is 1,000 times as large as the noise has a largest sample far above its standard deviation
    const signal = largest(batch.inputs.subarray(0, windowLength));
    curriculum.fill(batch, at(0, 10));
    const noise = largest(batch.inputs.subarray(0, windowLength));
    expect(noise).toBeLessThan(5.5);
    expect(signal).toBeGreaterThan(noise);
    expect(loud).toEqual([9, 10]);
    expect(() => gravitationExamples(signals, { seed, targets: [] })).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: targets of gravitational waves: got none, expected some of mass1, mass2, finalSpin, omegaReal, omegaImaginary]`,
    );
    expect(() => examples.fill(batchOf(2, 2), at(0))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: signals do not fit their batch: got 16384 numbers for 1.3333333333333333 signals, expected 8192 float32 for each]`,
    );
  });

  it('that are held out have one draw each, which no example of the training has', () => {
    const held = heldOutSignals(makeSignals(3, { seed, part: 'test' }), { seed });
    expect(held).toMatchObject({ count: 3, shape: [windowLength, 1] });
    expect(heldOutSignals(makeSignals(3, { seed, part: 'test' }), { seed })).toEqual(held);
    const trained = heldOutSignals(makeSignals(3, { seed }), { seed });
    expect(trained.inputs).not.toEqual(held.inputs);
    for (const [i, target] of [...held.targets].entries()) {
      if (i % 3 === 0) expect(target).toBeCloseTo(remnant(drawBinary(seed, 'test', i / 3)).spin, 6);
    }
  });

  it('that are held out are as loud as is told', () => {
    const test = makeSignals(3, { seed, part: 'test' });
    const held = heldOutSignals(test, { seed }).inputs as Float32Array;
    const loudness = heldOutLoudness(3, { seed, part: 'test' });
    for (const [i, own] of loudness.entries()) {
      const alone = heldOutSignals(test, { seed, peakSnr: [own, own] }).inputs as Float32Array;
      const row = (windows: Float32Array) => windows.subarray(i * windowLength, (i + 1) * windowLength);
      expect(row(alone)).toEqual(row(held));
    }
    expect(new Set(loudness).size).toBe(3);
  });
});

function correlation(a: Float32Array, b: Float32Array): number {
  let [aa, ab, bb] = [0, 0, 0];
  for (let n = 0; n < a.length; n++) {
    aa += a[n]! ** 2;
    ab += a[n]! * b[n]!;
    bb += b[n]! ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}
