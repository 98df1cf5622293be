import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { coloursCsv, numbersCsv } from '../support/own-data.ts';
import { folder } from './process.ts';
import { recorder } from './request.ts';

type Numbers = Readonly<Record<string, number>> & { readonly row: string };

interface Answer<P> {
  readonly rows: number;
  readonly targets?: readonly string[];
  readonly predictions: readonly P[];
}

const at = (name: string) => join(folder, name);

async function credence(...words: string[]): Promise<string> {
  const terminal = recorder();
  const code = await run(words, terminal);
  expect({ code, stderr: terminal.err() }).toEqual({ code: 0, stderr: '' });
  return terminal.out().replaceAll(folder, '.');
}

async function predicted<P>(...words: string[]): Promise<Answer<P>> {
  return JSON.parse(await credence('predict', ...words, '--json')) as Answer<P>;
}

const short = ['--iteration', '150', '--draws', '6', '--ranks', '1', '--learningRate', '0.01', '--json'];

beforeAll(async () => {
  writeFileSync(at('numbers.csv'), numbersCsv(120));
  writeFileSync(at('colours.csv'), coloursCsv(120));
  // inputs alone, in another order
  const [, ...lines] = numbersCsv(7).trimEnd().split('\n');
  const cells = lines.map((line) => line.split(','));
  writeFileSync(at('new.csv'), `x1,x0\n${cells.map(([x0, x1]) => `${x1},${x0}`).join('\n')}\n`);
  const train = (name: string, ...words: string[]) => credence('train', ...words, ...short, '--out', at(name));
  await train('one', at('numbers.csv'), '--data.target', 'y', '--data.inputs', 'x0,x1');
  await train('two', at('numbers.csv'), '--data.target', 'y,w');
  await train('colours', at('colours.csv'), '--data.target', 'colour');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('credence predict with numbers', () => {
  it('says of each row what is expected, and how sure that is', async () => {
    const { predictions, ...summary } = await predicted<Numbers>(at('one'), at('new.csv'), '--draws', '40');
    expect(summary).toMatchObject({ rows: 7, draws: 40, targets: ['y'], levels: [0.05, 0.5, 0.95], file: null });
    const truth = numbersCsv(7)
      .split('\n')
      .slice(1, 8)
      .map((line) => Number(line.split(',')[2]));
    for (const [n, one] of predictions.entries()) {
      expect(one.row).toBe(`./new.csv[${n}]`);
      const { mean, standardDeviation, aleatoric, epistemic, q05, q50, q95 } = one;
      expect(standardDeviation).toBeCloseTo(Math.hypot(aleatoric!, epistemic!), 10);
      expect(q05!).toBeLessThan(q50!);
      expect(q50!).toBeLessThan(q95!);
      // of a mixture of normals: median and mean are within a standard deviation (Hotelling and Solomons 1932)
      expect(Math.abs(q50! - mean!)).toBeLessThan(standardDeviation!);
      expect(Math.abs(truth[n]! - mean!)).toBeLessThan(4 * standardDeviation!);
    }
  });

  it('writes the same as CSV, without a column in front unless several files are given', async () => {
    const { predictions } = await predicted<Numbers>(at('one'), at('new.csv'), '--quantiles', '0.025,0.5');
    await credence('predict', at('one'), at('new.csv'), '--quantiles', '0.025,0.5', '--out', at('one.csv'));
    const [header, ...lines] = readFileSync(at('one.csv'), 'utf8').trimEnd().split('\r\n');
    expect(header).toBe('mean,standardDeviation,aleatoric,epistemic,q02_5,q50');
    expect(lines.map((line) => line.split(',').map(Number))).toEqual(
      predictions.map((one) => Object.entries(one).flatMap(([name, value]) => (name === 'row' ? [] : [value]))),
    );
    await credence('predict', at('one'), at('new.csv'), at('new.csv'), '--out', at('twice.csv'));
    const [named, ...twice] = readFileSync(at('twice.csv'), 'utf8').trimEnd().split('\r\n');
    expect(named).toBe('row,mean,standardDeviation,aleatoric,epistemic,q05,q50,q95');
    expect(twice).toHaveLength(14);
    expect(twice[8]!.split(',')[0]).toBe(at('new.csv[1]'));
    expect(twice[8]!.split(',').slice(1)).toEqual(twice[1]!.split(',').slice(1));
  });

  it('has columns of each of several targets', async () => {
    const { predictions, targets } = await predicted<{ readonly mean: readonly number[] }>(at('two'), at('new.csv'));
    expect(targets).toEqual(['y', 'w']);
    await credence('predict', at('two'), at('new.csv'), '--out', at('two.csv'), '--quantiles', 'none');
    const [header, first] = readFileSync(at('two.csv'), 'utf8').split('\r\n');
    expect(header).toMatchInlineSnapshot(
      `"y.mean,y.standardDeviation,y.aleatoric,y.epistemic,w.mean,w.standardDeviation,w.aleatoric,w.epistemic"`,
    );
    expect([0, 4].map((column) => Number(first!.split(',')[column]))).toEqual(predictions[0]!.mean);
    await credence('predict', at('two'), at('new.csv'), '--out', at('two.json'));
    const file = JSON.parse(readFileSync(at('two.json'), 'utf8')) as Answer<object>;
    expect(file.predictions).toEqual(predictions.map((one, n) => ({ ...one, row: at(`new.csv[${n}]`) })));
  });

  it('shows people the first few', async () => {
    const plain = (text: string) => text.replaceAll(/-?\d+\.\d+(e.\d+)?/g, '0.0').replaceAll(/ {2,}/g, '  ');
    const lines = plain(await credence('predict', at('one'), at('new.csv'))).split('\n');
    expect(lines.slice(0, 3)).toMatchInlineSnapshot(`
      [
        "BNN_table after 150 steps, 6 draws, 7 rows; predictions of y",
        "  row  mean  standard deviation  aleatoric  epistemic  q05  q50  q95",
        "  ./new.csv[0]  0.0  0.0  0.0  0.0  0.0  0.0  0.0",
      ]
    `);
    const two = plain(await credence('predict', at('two'), at('new.csv'))).split('\n');
    expect(two.slice(0, 4)).toMatchInlineSnapshot(`
      [
        "BNN_table after 150 steps, 6 draws, 7 rows; 2 targets",
        "  row  target  mean  standard deviation  aleatoric  epistemic  q05  q50  q95",
        "  ./new.csv[0]  y  0.0  0.0  0.0  0.0  0.0  0.0  0.0",
        "  ./new.csv[0]  w  0.0  0.0  0.0  0.0  0.0  0.0  0.0",
      ]
    `);
  });
});

describe("credence predict with classes of one's own", () => {
  it('names them', async () => {
    writeFileSync(at('warm.csv'), 'x0,x1\n0.95,0.1\n-0.95,0.1\n');
    const { predictions } = await predicted<{ class: number; name: string }>(at('colours'), at('warm.csv'));
    expect(predictions.map((one) => [one.class, one.name])).toEqual([
      [2, 'red'],
      [0, 'blue'],
    ]);
    const shown = await credence('predict', at('colours'), at('warm.csv'));
    expect(shown.replaceAll(/\d\.\d{4}/g, '0.0000').replaceAll(/ {2,}/g, '  ')).toMatchInlineSnapshot(`
      "BNN_table after 150 steps, 6 draws, 2 rows; entropies in nats
        row  class  name  probability  sd of draws  entropy  of it the weights
        ./warm.csv[0]  2  red  0.0000  0.0000  0.0000  0.0000
        ./warm.csv[1]  0  blue  0.0000  0.0000  0.0000  0.0000
      no verdicts: step 150 of ./colours has no calibration. Make one, where examples are held out: credence evaluate ./colours
      "
    `);
    await credence('predict', at('colours'), at('warm.csv'), '--out', at('warm-out.csv'), '--quantiles', 'none');
    const [header, first] = readFileSync(at('warm-out.csv'), 'utf8').split('\r\n');
    expect(header).toMatchInlineSnapshot(
      `"row,class,name,probability,predictiveEntropy,expectedEntropy,mutualInformation,probability_0,probability_1,probability_2,standardDeviation_0,standardDeviation_1,standardDeviation_2"`,
    );
    expect(first!.split(',').slice(0, 3)).toEqual([at('warm.csv[0]'), '2', 'red']);
  });
});
