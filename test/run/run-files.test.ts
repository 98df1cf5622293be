import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StepRecord, StepTiming } from '../../src/train/events.ts';
import { describeParameters, MetricsFile, TimingFile, writeTrainingLog } from '../../src/run/folder/index.ts';
import { scratchFolders } from './disk.ts';

const scratch = scratchFolders();

function record(step: number): StepRecord {
  const nll = 2 / step;
  return {
    step,
    epoch: step / 4,
    nll,
    kl: 1e4,
    beta: 0.5,
    negativeElbo: nll + 0.1,
    figures: { accuracy: 0.25 },
    learningRate: 1e-3,
  };
}

function timing(step: number, seconds = 0.0125): StepTiming {
  return {
    step,
    seconds,
    samplesPerSecond: 64 / seconds,
    startedAt: 1_700_000_000 + step,
    endedAt: 1_700_000_000.5 + step,
  };
}

const read = (run: string, name: string): string => readFileSync(join(run, name), 'utf8');

function metrics(run: string, steps: readonly number[], resumedFrom = 0, seconds?: number): void {
  const file = new MetricsFile(run, resumedFrom);
  for (const step of steps) file.onStep(record(step), timing(step, seconds));
  file.onEnd();
}

function times(run: string, steps: readonly number[], resumedFrom = 0): void {
  const file = new TimingFile(run, resumedFrom);
  for (const step of steps) file.onTiming(timing(step));
  file.onEnd();
}

const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe('metrics.jsonl', () => {
  it('is a record per line, its times at the end', () => {
    const run = scratch();
    metrics(run, [1, 2]);
    expect(read(run, 'metrics.jsonl')).toMatchInlineSnapshot(`
      "{"step":1,"epoch":0.25,"nll":2,"kl":10000,"beta":0.5,"negativeElbo":2.1,"accuracy":0.25,"learningRate":0.001,"checksum":"c2bcbf3a","seconds":0.0125,"samplesPerSecond":5120}
      {"step":2,"epoch":0.5,"nll":1,"kl":10000,"beta":0.5,"negativeElbo":1.1,"accuracy":0.25,"learningRate":0.001,"checksum":"94836322","seconds":0.0125,"samplesPerSecond":5120}
      "
    `);
  });

  it('of two runs differs in the last two fields and nowhere else', () => {
    const runs = [scratch(), scratch()];
    metrics(runs[0], range(1, 20), 0, 0.01);
    metrics(runs[1], range(1, 20), 0, 0.02);
    const [a, b] = runs.map((run) => read(run, 'metrics.jsonl'));
    expect(a).not.toBe(b);
    const timeless = (text: string): string => text.replaceAll(/,"seconds":[^,]+,"samplesPerSecond":[^,]+}$/gm, '}');
    expect(timeless(a)).toBe(timeless(b));
    expect(timeless(a)).not.toContain('seconds');
  });

  it('is on the disk line by line', () => {
    const run = scratch();
    const file = new MetricsFile(run);
    file.onStep(record(1), timing(1));
    expect(read(run, 'metrics.jsonl').split('\n')).toHaveLength(2);
    file.onEnd();
  });

  it('of a killed and resumed run is that of a run that was never stopped', () => {
    const [whole, killed] = [scratch(), scratch()];
    metrics(whole, range(1, 30));
    metrics(killed, range(1, 17));
    appendFileSync(join(killed, 'metrics.jsonl'), JSON.stringify(record(18)).slice(0, 40));
    metrics(killed, range(11, 30), 10);
    expect(read(killed, 'metrics.jsonl')).toBe(read(whole, 'metrics.jsonl'));
    expect(readdirSync(killed)).toEqual(['metrics.jsonl']);
  });

  it('drops what is no record when it is shortened', () => {
    const run = scratch();
    metrics(run, [1, 2, 3]);
    const good = read(run, 'metrics.jsonl');
    const [first, second] = good.split('\n');
    writeFileSync(join(run, 'metrics.jsonl'), `${first}\n{"step":\nnull\n{"step":"1"}\n\0\0\n${second}\n${first}`);
    metrics(run, [3], 2);
    expect(read(run, 'metrics.jsonl')).toBe(good);
  });
});

describe('timing.csv', () => {
  it('has the columns of the original, a line per step', () => {
    const run = scratch();
    times(run, [1, 2]);
    expect(read(run, 'timing.csv')).toMatchInlineSnapshot(`
      "iteration,seconds,samplesPerSecond,start,end
      1,0.012500,5120.000,1700000001.000000,1700000001.500000
      2,0.012500,5120.000,1700000002.000000,1700000002.500000
      "
    `);
  });

  it('holds every step, however many wait', () => {
    const run = scratch();
    times(run, range(1, 1000));
    const lines = read(run, 'timing.csv').trimEnd().split('\n').slice(1);
    expect(lines.map((line) => Number(line.split(',')[0]))).toEqual(range(1, 1000));
  });

  it('is complete up to a flush', () => {
    const run = scratch();
    const file = new TimingFile(run);
    for (const step of range(1, 10)) file.onTiming(timing(step));
    expect(read(run, 'timing.csv').split('\n')).toHaveLength(2);
    file.flush();
    expect(read(run, 'timing.csv').split('\n')).toHaveLength(12);
    file.onEnd();
  });

  it('goes on behind the step of the checkpoint, with one header', () => {
    const [whole, killed] = [scratch(), scratch()];
    times(whole, range(1, 30));
    times(killed, range(1, 17));
    appendFileSync(join(killed, 'timing.csv'), '18,0.0125,51');
    times(killed, range(11, 30), 10);
    expect(read(killed, 'timing.csv')).toBe(read(whole, 'timing.csv'));
    const anew = scratch();
    times(anew, range(1, 5));
    times(anew, range(1, 30));
    expect(read(anew, 'timing.csv')).toBe(read(whole, 'timing.csv'));
  });

  it('gets its header also where the process was killed before it was written', () => {
    const run = scratch();
    writeFileSync(join(run, 'timing.csv'), 'iterat');
    times(run, [1]);
    expect(read(run, 'timing.csv')).toMatch(/^iteration,.*\n1,.*\n$/);
  });
});

describe('training.log', () => {
  it('lists every parameter with its shape and count, and the total', () => {
    const run = scratch();
    const parameters = [
      { name: 'convolution/kernel/mean', shape: [5, 5, 1, 64] },
      { name: 'convolution/bias', shape: [64] },
      { name: 'temperature', shape: [] },
    ];
    writeTrainingLog(run, parameters);
    expect(read(run, 'training.log')).toBe(describeParameters(parameters));
    expect(read(run, 'training.log')).toMatchInlineSnapshot(`
      "parameter                shape          count
      convolution/kernel/mean  [5, 5, 1, 64]   1600
      convolution/bias         [64]              64
      temperature              []                 1
      total                                    1665
      "
    `);
  });
});
