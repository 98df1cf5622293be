import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { numbersCsv } from '../support/own-data.ts';
import { folder } from './process.ts';
import { recorder } from './request.ts';

const at = (name: string) => join(folder, name);

async function credence(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const terminal = recorder();
  const code = await run(words, terminal);
  const told = (text: string) => text.replaceAll(folder, '.');
  return { code, stdout: told(terminal.out()), stderr: told(terminal.err()) };
}

async function json<T>(...words: string[]): Promise<T> {
  const { code, stdout, stderr } = await credence(...words, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}

interface Class {
  readonly class: number;
  readonly name: string;
  readonly probability: number;
  readonly probabilities: readonly number[];
  readonly set: readonly number[];
  readonly familiarity: number;
  readonly verdict: string;
}

interface Summary {
  readonly temperature?: number;
  readonly of: string;
  readonly count: number;
  readonly check: { readonly count: number; readonly coverage: number };
}

interface Answer<P> {
  readonly calibration: { readonly level: number; readonly temperature?: number } | null;
  readonly predictions: readonly P[];
}

/** Two clouds that overlap: left is x below 0 as a rule, and between the clouds nobody can say. */
function cloudsCsv(rows: number): string {
  const lines = Array.from({ length: rows }, (_, n) => {
    const side = n % 2 === 0 ? -1 : 1;
    // halves of the Philox-free but well spread sequences of golden ratios
    const spread = (k: number) => 2 * ((n * k) % 1) - 1;
    const x = side + 1.4 * (spread(0.618034) + spread(0.414214));
    return `${x.toFixed(4)},${spread(0.732051).toFixed(4)},${side < 0 ? 'left' : 'right'}`;
  });
  return `x,y,side\n${lines.join('\n')}\n`;
}

const short = ['--iteration', '200', '--draws', '8', '--ranks', '1', '--learningRate', '0.01', '--data.test', '0.4'];

beforeAll(async () => {
  writeFileSync(at('clouds.csv'), cloudsCsv(900));
  writeFileSync(at('numbers.csv'), numbersCsv(600));
  writeFileSync(at('new.csv'), 'x,y\n-1.9,0.1\n0,0\n1.9,-0.1\n90,-80\n');
  writeFileSync(at('far.csv'), 'x0,x1\n0.1,0.2\n40,-50\n');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a run that is calibrated', () => {
  it('says of classes what they are, what they may be, and what it does not know', async () => {
    const { calibration } = await json<{ calibration: Summary }>(
      ...['train', at('clouds.csv'), '--data.target', 'side', ...short, '--out', at('clouds')],
    );
    expect(calibration).toMatchObject({ of: 'half of the test set', count: 180, check: { count: 180 } });
    // of 180 and 180 examples the share has a standard deviation of 0.032
    expect(Math.abs(calibration.check.coverage - 0.9)).toBeLessThan(4.5 * 0.032);

    const calibrated = await json<Answer<Class>>('predict', at('clouds'), at('new.csv'));
    const { predictions } = calibrated;
    expect(calibrated.calibration).toMatchObject({ level: 0.9, temperature: calibration.temperature });
    expect(predictions.map(({ verdict }) => verdict)).toEqual([
      'left',
      expect.stringMatching(/^not sure: (left or right|right or left)$/),
      'right',
      'unlike anything in training',
    ]);
    expect(predictions[3]!.familiarity).toBeLessThan(0.02);
    for (const { probability, probabilities, set, class: most } of predictions) {
      expect(probability).toBe(Math.max(...probabilities));
      expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      expect(set[0]).toBe(most);
    }
    // the temperature, by hand: odds to the power of 1 / T
    const raw = await json<Answer<Class>>('predict', at('clouds'), at('new.csv'), '--calibration', 'off');
    expect(raw.calibration).toBeNull();
    for (const [n, { probabilities, ...others }] of raw.predictions.entries()) {
      expect(others).not.toHaveProperty('verdict');
      const odds = (probabilities[0]! / probabilities[1]!) ** (1 / calibration.temperature!);
      expect(predictions[n]!.probabilities[0]).toBeCloseTo(odds / (1 + odds), 9);
    }
  });

  it('tells people, and writes files with it', async () => {
    const { stdout } = await credence('predict', at('clouds'), at('new.csv'), '--abstain', '0.1');
    expect(stdout).toMatch(/verdict\n/);
    expect(stdout).toContain('unlike anything in training');
    expect(stdout).toMatch(/verdicts leave out the truth once in 10 at most\n$/);
    await json('predict', at('clouds'), at('new.csv'), '--out', at('all.csv'));
    const [header, ...lines] = readFileSync(at('all.csv'), 'utf8').trimEnd().split('\r\n');
    expect(header).toContain(',mutualInformation,set,familiarity,verdict,probability_0,');
    expect(lines[3]).toContain(',unlike anything in training,');
    await json('predict', at('clouds'), at('new.csv'), '--plot', at('densities.svg'));
    const svg = readFileSync(at('densities.svg'), 'utf8');
    expect(svg).toContain('unlike anything in training');
    expect(svg).toContain('probability, over 8 draws of the weights');
  });

  it('gives numbers intervals that hold, and says where it has seen nothing', async () => {
    const { calibration } = await json<{ calibration: Summary }>(
      ...['train', at('numbers.csv'), '--data.target', 'y', '--data.inputs', 'x0,x1', ...short],
      ...['--data.validation', '0.4', '--out', at('numbers')],
    );
    expect(calibration).toMatchObject({ of: 'validation part', count: 144, check: { count: 240 } });
    expect(Math.abs(calibration.check.coverage - 0.9)).toBeLessThan(4.5 * 0.032);
    type Row = Readonly<Record<'mean' | 'low90' | 'high90' | 'standardDeviation', number>> & { verdict?: string };
    const { predictions } = await json<Answer<Row>>('predict', at('numbers'), at('far.csv'));
    expect(predictions.map(({ verdict }) => verdict)).toEqual([undefined, 'unlike anything in training']);
    // an interval is so many standard deviations to either side, as many for each row
    const widths = predictions.map((row) => (row.high90 - row.mean) / row.standardDeviation);
    expect(widths[0]).toBeCloseTo(widths[1]!, 9);
    expect(predictions[0]!.mean - predictions[0]!.low90).toBeCloseTo(predictions[0]!.high90 - predictions[0]!.mean, 9);
    await json('predict', at('numbers'), at('far.csv'), '--plot', at('intervals.png'));
    expect(readFileSync(at('intervals.png')).subarray(1, 4).toString()).toBe('PNG');
  });

  it('tells a report what was learned, how it holds, and of what it is least sure', async () => {
    const { code } = await credence('report', at('clouds'));
    expect(code).toBe(0);
    const page = readFileSync(at('clouds/report/index.html'), 'utf8');
    expect(page).toMatch(
      /its sets of classes of 90\u00a0% hold [\d.]+\u00a0% of 180 examples that they were not learned from/,
    );
    expect(page).toContain('Most epistemic uncertainty after step 200');
    expect(page).toContain('<td>180 others: the other half</td>');
  });

  it('is not calibrated again by an evaluation of fewer draws, and is by one of more', async () => {
    const draws = async (count: string) =>
      (await json<{ calibration: { draws: number } }>('evaluate', at('clouds'), '--draws', count)).calibration.draws;
    expect([await draws('3'), await draws('12')]).toEqual([8, 12]);
  });

  it('refuses what is no calibration of its checkpoint', async () => {
    mkdirSync(at('wrong'));
    const broken: Record<string, (calibration: string) => void> = {
      another: (path) => writeFileSync(path, readFileSync(path, 'utf8').replace(/"parametersSha256":"...../, '$&0')),
      torn: (path) => writeFileSync(path, readFileSync(path, 'utf8').slice(0, 200)),
      references: (path) => copyFileSync(path, path.replace(/json$/, 'safetensors')),
      gone: (path) => rmSync(path.replace(/json$/, 'safetensors')),
    };
    const told: string[] = [];
    for (const [name, damage] of Object.entries(broken)) {
      cpSync(at('clouds'), at(`wrong/${name}`), { recursive: true });
      damage(at(`wrong/${name}/calibration/step-200.json`));
      const { code, stderr } = await credence('predict', at(`wrong/${name}`), at('new.csv'));
      told.push(`${code} ${stderr.trimEnd().replaceAll(/[0-9a-f]{60,}/g, 'SHA')}`);
      const without = await credence('predict', at(`wrong/${name}`), at('new.csv'), '--calibration', 'off');
      expect(without.code).toBe(0);
    }
    expect(told.join('\n')).toMatchInlineSnapshot(`
      "1 credence: ./wrong/another/calibration/step-200.json is the calibration of another checkpoint: got parameters of sha256 SHA, step 200, expected SHA, step 200. Make it anew: credence evaluate ./wrong/another; or predict without it: --calibration off
      1 credence: ./wrong/torn/calibration/step-200.json is no calibration: got the whole: Invalid input: expected object, received undefined. Make it anew: credence evaluate ./wrong/torn; or predict without it: --calibration off
      1 credence: ./wrong/references/calibration/step-200.safetensors is not as it was written: got sha256 SHA, expected sha256 SHA. Make it anew: credence evaluate ./wrong/references; or predict without it: --calibration off
      1 credence: ./wrong/gone/calibration/step-200.safetensors is not as it was written: got no such file, expected sha256 SHA. Make it anew: credence evaluate ./wrong/gone; or predict without it: --calibration off"
    `);
  });

  it('says what is wrong with what it is asked for', async () => {
    writeFileSync(at('few.csv'), cloudsCsv(60));
    await json(
      'train',
      at('few.csv'),
      '--data.target',
      'side',
      ...short.slice(0, -2),
      '--data.test',
      '0.2',
      '--out',
      at('few'),
    );
    const text = await credence('evaluate', at('few'));
    expect(text.stdout.split('\n').filter((line) => line.includes('calibrated'))).toMatchInlineSnapshot(`
      [
        "  not calibrated: the held-out part is too small to calibrate on: got 6 examples, expected at least 20",
      ]
    `);
    const told: string[] = [];
    for (const words of [
      [at('clouds'), '--abstain', '2'],
      [at('clouds'), '--abstain', ''],
      [at('clouds'), '--abstain', '0.001'],
      [at('clouds'), '--abstain', '0.1', '--calibration', 'off'],
      [at('clouds'), '--calibration', 'on'],
      [at('clouds'), '--plot', 'densities.jpg'],
      [at('few'), '--abstain', '0.1'],
    ]) {
      const [name, ...others] = words as [string, ...string[]];
      const { code, stderr, stdout } = await credence('predict', name, at('new.csv'), ...others);
      expect(stdout).toBe('');
      told.push(`${code} ${stderr.trimEnd()}`);
    }
    expect(told.join('\n')).toMatchInlineSnapshot(`
      "2 credence: --abstain: got 2, expected a share above 0 and below 1, such as 0.1
      2 credence: --abstain: got an empty text, expected a share above 0 and below 1, such as 0.1
      1 credence: sets that miss 0.001 of the truths at most need more held-out examples, or finite spreads: got 180, expected at least 999. Ask for a larger share, or hold out more examples
      2 credence: --abstain needs the calibration that --calibration off leaves out. Give one of the two
      2 credence: --calibration: got on, expected off, or nothing
      2 credence: --plot: got densities.jpg, expected the name of a file that ends in .svg or .png
      1 credence: step 200 of ./few has no calibration. Make one, where examples are held out: credence evaluate ./few"
    `);
  });
});
