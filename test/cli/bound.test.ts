/** What is kept of a run belongs together: settings, data, checkpoints, evaluations. */
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { keyOfEvaluation, ownEvaluation } from '../../src/report/run/records.ts';
import { writeDigits } from './process.ts';
import { recorder } from './request.ts';

const before = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'credence-bound-'));

async function answer(...words: string[]) {
  const terminal = recorder();
  return { code: await run(words, terminal), out: terminal.out(), err: terminal.err() };
}

beforeAll(async () => {
  process.chdir(folder);
  const digits = writeDigits('digits');
  cpSync(digits, 'digits', { recursive: true });
  cpSync('digits', 'others', { recursive: true });
  const labels = readFileSync('others/train-labels-idx1-ubyte');
  labels[20] = (labels[20]! + 1) % 10;
  writeFileSync('others/train-labels-idx1-ubyte', labels);
  const words = ['--data', 'digits', '--iteration', '4', '--checkpointEvery', '2', '--seed', '5', '--draws', '4'];
  for (const out of ['first', 'second'])
    await answer(
      'train',
      'BNN_FC_flip',
      '--ranks',
      '1',
      ...words,
      ...(out === 'second' ? ['--seed', '6'] : []),
      '--out',
      out,
    );
});
beforeEach(() => {
  rmSync('run', { recursive: true, force: true });
  cpSync('first', 'run', { recursive: true });
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

const commands = [
  ['train', '--resume', 'run', '--iteration', '6'],
  ['evaluate', 'run', '--draws', '2', '--ranks', '1'],
  ['predict', 'run', 'digits/t10k-images-idx3-ubyte', '--draws', '2', '--ranks', '1'],
];

describe('the settings of a run', () => {
  it('are refused by every command where a digit is another one, or the end is missing', async () => {
    const text = readFileSync('run/config.yaml', 'utf8');
    for (const changed of [
      text.replace('seed: 5', 'seed: 4'),
      text.slice(0, 900),
      text.replace(/^learningRate.*\n/m, ''),
    ]) {
      writeFileSync('run/config.yaml', changed);
      for (const words of commands) {
        const { code, out, err } = await answer(...words);
        expect([code, out], words.join(' ')).toEqual([1, '']);
        expect(err).toContain('run/config.yaml is not as credence wrote it');
      }
      expect((await answer('report', 'run')).out).toMatch(/config.yaml (is not as credence wrote it|cannot be read)/);
    }
  });

  it('are refused where they are those of another run', async () => {
    cpSync('second/config.yaml', 'run/config.yaml');
    for (const words of commands) {
      const { code, err } = await answer(...words);
      expect([code, err]).toEqual([
        1,
        'credence: run/config.yaml is not that of the checkpoints beside it: got seed 6 (the checkpoint has 5). Put the config.yaml of this run back\n',
      ]);
    }
  });

  it('may carry other comments', async () => {
    writeFileSync('run/config.yaml', `# mine\n${readFileSync('run/config.yaml', 'utf8')}`);
    for (const words of commands) expect((await answer(...words)).code).toBe(0);
  });
});

describe('the data of a run', () => {
  it('are refused by a resume where a label differs, and lawful where they have moved', async () => {
    const { code, err } = await answer('train', '--resume', 'run', '--iteration', '6', '--data', 'others');
    expect(code).toBe(1);
    expect(err).toMatch(/the data are not those with which the run began: got .*others, sha256 [0-9a-f]{64}, expected/);
    cpSync('digits', 'moved', { recursive: true });
    expect((await answer('train', '--resume', 'run', '--iteration', '6', '--data', 'moved')).code).toBe(0);
  });

  it('of another making are told in an evaluation, which takes the place of none', async () => {
    const reached = async () =>
      (JSON.parse((await answer('report', 'run', '--json')).out) as { runs: [{ nll: number; draws: number }] }).runs[0];
    const own = await reached();
    const { code, err } = await answer('evaluate', 'run', '--data', 'others', '--draws', '9', '--ranks', '1');
    expect(code).toBe(0);
    expect(err).toContain('is not what the run was trained and tested on');
    await answer('evaluate', 'run', '--draws', '2', '--ranks', '1');
    expect(await reached()).toEqual(own);
    await answer('evaluate', 'run', '--draws', '8', '--ranks', '1');
    expect((await reached()).draws).toBe(8);
  });
});

describe('lines of records', () => {
  it('that were edited are left out of the report, and counted', async () => {
    for (const name of ['metrics.jsonl', 'evaluations.jsonl']) {
      const text = readFileSync(`run/${name}`, 'utf8');
      writeFileSync(`run/${name}`, text.replace(/"nll":\d/, '"nll":9'));
    }
    appendFileSync('run/metrics.jsonl', '{"step":5,"epoch":1,"nll":1,"kl":1,"negativeElbo":1,"samplesPerSecond":1}\n');
    const { code, out } = await answer('report', 'run');
    expect(code).toBe(0);
    expect(out).toContain('metrics.jsonl: 2 of 3 lines are not as credence wrote them and are left out');
    expect(out).toContain('evaluations.jsonl: 1 of 2 lines are not as credence wrote them and are left out');
  });

  it('are told of a finished training with other draws: it goes on to evaluate', async () => {
    const { code, out } = await answer('train', '--resume', 'run', '--draws', '7', '--json');
    expect([code, (JSON.parse(out) as { draws: number }).draws]).toEqual([0, 7]);
  });
});

it('the evaluation of a run is of its own test set, of the last step, with the most draws', () => {
  const one = { at: '', data: '', images: 1, figures: {} };
  const evaluations = [
    { ...one, step: 2, draws: 90, of: 'test' },
    { ...one, step: 4, draws: 30, of: 'test' },
    { ...one, step: 4, draws: 10, of: 'test' },
    { ...one, step: 4, draws: 99, of: 'other' },
    { ...one, step: 4, draws: 99, of: 'validation' },
    { ...one, step: 4, draws: 99, of: 'outOfDistribution' },
    { ...one, step: 4, draws: 99, of: 'corrupted' },
  ] as const;
  expect(ownEvaluation(evaluations)).toBe(evaluations[1]);
  expect(ownEvaluation(evaluations.slice(3))).toBeUndefined();
});

it('an evaluation is known by its data, draws, seed and calibration', () => {
  const one = { at: '', data: 'a', images: 1, figures: {}, step: 2, draws: 9, seed: 1, of: 'test' } as const;
  const others = [{ data: 'b' }, { draws: 8 }, { seed: 2 }, { calibration: 'temperature' }, { of: 'other' as const }];
  const keys = [one, ...others.map((more) => ({ ...one, ...more }))].map(keyOfEvaluation);
  expect(new Set(keys).size).toBe(6);
  expect(keyOfEvaluation({ ...one, at: 'later', figures: { nll: 1 } })).toBe(keys[0]);
});
