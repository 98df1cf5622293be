import { describe, expect, it } from 'vitest';
import { Bar, TrainingBar } from '../../src/cli/progress/bar.ts';
import { count, duration } from '../../src/cli/progress/format.ts';
import { TrainingLines } from '../../src/cli/progress/lines.ts';
import { renderSummary } from '../../src/cli/progress/summary.ts';
import { categorical } from '../../src/likelihoods/index.ts';
import type { StepRecord, TrainingObserver } from '../../src/train/index.ts';
import { recorder } from './request.ts';

const record: StepRecord = {
  step: 1,
  epoch: 0,
  nll: 0.5,
  kl: 10,
  beta: 1,
  negativeElbo: 0.6,
  figures: { accuracy: 0.25 },
  learningRate: 0.001,
};

/** Steps of 64 images and 10 ms each; a record at every tenth. */
function walk(observer: TrainingObserver, from: number, to: number): void {
  for (let step = from; step <= to; step++) {
    const timing = { step, seconds: 0.01, samplesPerSecond: 6400, startedAt: 0, endedAt: 0.01 };
    observer.onTiming?.(timing);
    if (step % 10 === 0) observer.onStep?.({ ...record, step, epoch: step / 100, nll: 100 / step }, timing);
  }
  observer.onEnd?.(to, true);
}

describe('progress in a log', () => {
  it('is some twenty lines, each with means since the line before', () => {
    const { stderr, err } = recorder();
    walk(new TrainingLines(stderr, 1000, 0, 'accuracy', () => 0), 1, 1000);
    const lines = err().trimEnd().split('\n');
    expect(lines).toHaveLength(20);
    // nll is 100 / step at the steps 10 .. 50, then 60 .. 100
    expect(lines.slice(0, 2).join('\n')).toMatchInlineSnapshot(`
      "step 50/1000  epoch 0.50  nll 4.5667  accuracy 0.250  6,400 samples/s  0:10 left
      step 100/1000  epoch 1.00  nll 1.2913  accuracy 0.250  6,400 samples/s  0:09 left"
    `);
    expect(lines.at(-1)).toMatchInlineSnapshot(
      `"step 1000/1000  epoch 10.00  nll 0.1021  accuracy 0.250  6,400 samples/s  0:00 left"`,
    );
  });

  it('tells an evaluation on the way', () => {
    const { stderr, err } = recorder();
    const quality = { accuracy: 0.61234, nll: 1.05, brier: 0.5, ece: 0.03 };
    new TrainingLines(stderr, 1000, 0, 'accuracy', () => 0).onEvaluation(200, quality);
    expect(err()).toBe('held out, after step 200:  accuracy 0.6123  NLL 1.0500  calibration error 0.0300\n');
  });

  it('goes on where a resumed run does, and is heard of once a minute', () => {
    let now = 0;
    const { stderr, err } = recorder();
    const lines = new TrainingLines(stderr, 100_000, 990, 'accuracy', () => now);
    walk(lines, 991, 1000);
    now = 61_000;
    walk(lines, 1001, 1020);
    expect(err()).toMatch(/^step 1010\/100000 .*\n$/);
  });
});

describe('progress on a terminal', () => {
  it('is one line of the terminal, written again at most every tenth of a second, and taken away', () => {
    let now = 0;
    const { stderr, err } = recorder(80);
    const bar = new TrainingBar(new Bar(stderr), 100, 0, 'accuracy', () => now);
    walk({ onTiming: (timing) => bar.onTiming(timing), onStep: (step) => bar.onStep(step) }, 1, 50);
    now = 100;
    walk(bar, 51, 60);
    const drawn = err().split('\r').slice(1);
    expect(drawn).toHaveLength(3);
    expect(drawn[1].replace('\u001b[K', '')).toMatchInlineSnapshot(
      `"51/100  [=============             ]  nll 4.5667  acc 0.250  6,400/s  0:00 left"`,
    );
    expect(drawn[2]).toBe('\u001b[K');
    expect(drawn[1].replace('\u001b[K', '').length).toBeLessThan(80);
  });

  it('fits a narrow terminal', () => {
    const { stderr, err } = recorder(20);
    new Bar(stderr).draw('step 12345/60000', 0.2, 'nll 0.1234  accuracy 0.987  1,234 samples/s');
    expect(err()).toBe('\rstep 12345/60000  n\u001b[K');
  });
});

describe('numbers for people', () => {
  it.each([
    [0.01234, '0.0123'],
    [12.3456, '12.3'],
    [999.6, '1,000'],
    [1234567.8, '1,234,568'],
    [Number.NaN, '-'],
  ])('%f is %s', (value, text) => expect(count(value)).toBe(text));

  it.each([
    [0, '0:00'],
    [59.6, '1:00'],
    [3725, '1:02:05'],
    [-1, '0:00'],
    [Number.POSITIVE_INFINITY, '-'],
  ])('%f seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text));
});

describe('the summary', () => {
  const summary = {
    run: 'runs/mnist',
    model: 'BNN_conv_flip',
    step: 9375,
    figures: { accuracy: 0.99, nll: 0.03456, brier: 0.0151, ece: 0.0042 },
    draws: 30,
    samplesPerSecond: 2112.6,
    parametersSha256: 'ab',
  };
  const { figures } = categorical(10);
  const outcome = { summary, figures, examples: 10_000, kind: 'image' as const, isBayesian: true, words: [] };

  it('says how certain the accuracy is', () => {
    expect(renderSummary(outcome)).toMatchInlineSnapshot(`
      "BNN_conv_flip after 9375 steps, 30 draws of the weights, 10000 test images
        accuracy           0.9900 +- 0.0010
        NLL                0.0346 nats per image
        Brier score        0.0151
        calibration error  0.0042
        training speed     2,113 samples/s
        run folder         runs/mnist
      "
    `);
  });

  it('of fixed weights speaks of no draws', () => {
    const fixed = { ...summary, model: 'CNN_conv', draws: 1, samplesPerSecond: null };
    const text = renderSummary({ ...outcome, summary: fixed, isBayesian: false });
    expect(text).toMatch(/^CNN_conv after 9375 steps, fixed weights, 10000 test images\n/);
    expect(text).toMatch(/training speed +-\n/);
  });
});
