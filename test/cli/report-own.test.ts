import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { type RegressionPicture, recordStart } from '../../src/report/index.ts';
import { readEventFile } from '../report/read-events.ts';
import { coloursCsv, countsCsv, numbersCsv } from '../support/own-data.ts';
import { folder } from './process.ts';
import { recorder } from './request.ts';

const at = (name: string) => join(folder, name);

async function credence(...words: string[]): Promise<string> {
  const terminal = recorder();
  const code = await run(words, terminal);
  expect({ code, stderr: terminal.err() }).toEqual({ code: 0, stderr: '' });
  return terminal.out();
}

interface Line {
  readonly step: number;
  readonly at: string;
  readonly images: number;
  readonly rmse: number;
  readonly coverage50: number;
  readonly coverage90: number;
}

function linesOf<T>(path: string): T[] {
  const lines = readFileSync(at(path), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as T);
}

const pictureOf = (path: string) => JSON.parse(readFileSync(at(path), 'utf8')) as RegressionPicture;
const short = ['--draws', '4', '--ranks', '1', '--learningRate', '0.01', '--json'];

const written = `
model:
  name: written
  layers:
    - denseFlipout: {units: 8, activation: relu}
    - dense: {units: 1}
  likelihood: {studentT: {degrees: 1.5}}
data: {name: own, path: ${at('numbers.csv')}, target: y, inputs: [x0, x1]}
iteration: 60
batchSize: 16
learningRateDecay: none
`;

beforeAll(async () => {
  writeFileSync(at('numbers.csv'), numbersCsv(160));
  writeFileSync(at('colours.csv'), coloursCsv(160));
  writeFileSync(at('counts.csv'), countsCsv(160));
  writeFileSync(at('written.yaml'), written);
  const train = (name: string, ...words: string[]) => credence('train', ...words, ...short, '--out', at(name));
  await train('two', at('numbers.csv'), '--target', 'y,w', '--iteration', '120', '--evaluateEvery', '60');
  await train('colours', at('colours.csv'), '--target', 'colour', '--iteration', '60');
  await train('counts', at('counts.csv'), '--target', 'count', '--data.task', 'counts', '--iteration', '60');
  await train('written', at('written.yaml'));
  await train('all', at('numbers.csv'), '--target', 'y', '--iteration', '20', '--data.test', '0');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('an evaluation of numbers', () => {
  it('keeps what is drawn of it beside its line', () => {
    expect(readdirSync(at('two/evaluations')).toSorted()).toEqual([
      'details-step-120.json',
      'step-120.json',
      'step-60.json',
    ]);
    const last = linesOf<Line>('two/evaluations.jsonl').at(-1)!;
    const picture = pictureOf('two/evaluations/step-120.json');
    expect(picture).toMatchObject({ step: 120, at: last.at, count: 16, outputs: 2, areCounts: false });
    expect(picture.targets.map(({ name }) => name)).toEqual(['y', 'w']);
    // all 16 rows are there: the figures follow from them
    const rows = picture.targets.flatMap(({ target, mean }) => target.map((y, i) => (y - mean[i]!) ** 2));
    expect(Math.sqrt(rows.reduce((sum, square) => sum + square, 0) / 32)).toBeCloseTo(last.rmse, 4);
    const coverageAt = (level: number) => {
      const place = picture.levels.findIndex((one) => Math.abs(one - level) < 1e-9);
      return (picture.targets[0]!.coverage[place]! + picture.targets[1]!.coverage[place]!) / 2;
    };
    expect(coverageAt(0.5)).toBeCloseTo(last.coverage50, 12);
    expect(coverageAt(0.9)).toBeCloseTo(last.coverage90, 12);
    expect(readdirSync(at('colours/evaluations'))).toEqual(['details-step-60.json']);
  });

  it('is in the events for TensorBoard under the names of its figures', () => {
    const events = readdirSync(at('two'))
      .filter((name) => name.startsWith('events.'))
      .flatMap((name) => readEventFile(at(join('two', name))));
    const tags = new Set(events.flatMap(({ scalars }) => Object.keys(scalars)));
    const last = linesOf<Line>('two/evaluations.jsonl').at(-1)!;
    const told = events.findLast(({ step, scalars }) => step === 120 && 'evaluation/rmse' in scalars)!.scalars;
    expect(told['evaluation/rmse']).toBe(Math.fround(last.rmse));
    expect(told['evaluation/coverage90']).toBe(Math.fround(last.coverage90));
    const names = ['nll', 'crps', 'coverage50', 'width50', 'width90'];
    for (const name of names) expect(tags).toContain(`evaluation/${name}`);
    expect(tags).toContain('train/rmse');
    expect([...tags].filter((tag) => tag.endsWith('accuracy'))).toEqual([]);
  });
});

describe("credence report of data of one's own", () => {
  const pageOf = async (name: string): Promise<string> => {
    await credence('report', at(name));
    const page = readFileSync(at(`${name}/report/index.html`), 'utf8');
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
    return page;
  };
  const figures = (page: string) => page.match(/<figure\b/g)!.length;

  it('says what was trained on what, and draws what numbers have', async () => {
    const page = await pageOf('two');
    for (const fact of [
      `<td>data</td><td class="long">${at('numbers.csv')}</td>`,
      '<td>targets</td><td>y, w: numbers</td>',
      '<td>likelihood</td><td>normal</td>',
      '<td>examples</td><td>144 for training, 16 for testing</td>',
    ]) {
      expect(page).toContain(fact);
    }
    expect(page).toMatch(/<td>network<\/td><td>BNN_table, [\d,]+ parameters, f32<\/td>/);
    for (const name of ['y', 'w']) {
      expect(page).toContain(`<h4>${name}</h4>`);
      for (const title of ['true', 'predicted', 'residual of']) expect(page).toContain(`>${title} ${name}</text>`);
    }
    expect(page).not.toContain('>Reliability</text>');
    // training, three for each target, risk and coverage, groups, and the posterior at the end
    expect(figures(page)).toBe(1 + 2 * 3 + 2 + 1);
    expect(page).toContain('level of the central interval');
  });

  it('draws reliability for classes, and says their names', async () => {
    const page = await pageOf('colours');
    expect(page).toContain('<td>target</td><td>colour: 3 classes (blue, green, light, red)</td>');
    expect(page).toContain('>Reliability</text>');
    expect(page).not.toContain('level of the central interval');
  });

  it('sets counts side by side, and says what their intervals are', async () => {
    const page = await pageOf('counts');
    expect(page).toContain('<td>target</td><td>count: counts</td>');
    expect(page).toContain('<td>likelihood</td><td>poisson</td>');
    expect(page).toContain('Rows of one true number stand side by side');
    expect(page).toContain('Intervals of counts hold whole numbers');
    expect(pictureOf('counts/evaluations/step-60.json').areCounts).toBe(true);
  });

  it('knows a network that is written down, and leaves out deviations that are infinite', async () => {
    const page = await pageOf('written');
    // 2 x 8 means and scales, 8 biases; 8 and 1; the noise
    expect(page).toContain(`<td>network</td><td>written, ${2 * 16 + 8 + 8 + 1 + 1} parameters, f32</td>`);
    expect(page).toContain('predicted y');
    expect(page).not.toContain('Standardised residuals');
  });

  it('says where nothing was held out, and which picture cannot be read', async () => {
    expect(await credence('report', at('all'))).toContain('nothing was held out to evaluate it on');
    const path = at('two/evaluations/step-120.json');
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, whole.replace('"outputs":2', '"outputs":"two"'));
    expect((await credence('report', at('two'))).replaceAll(folder, '.')).toMatchInlineSnapshot(`
      "  ./two: what is drawn of the evaluation after step 120 cannot be read: outputs: Invalid input: expected number, received string
      ./two/report/index.html
      "
    `);
    writeFileSync(path, whole);
  });

  it('puts runs of several likelihoods beside each other', async () => {
    const names = ['two', 'colours', 'counts', 'written', 'all'];
    const text = await credence('report', ...names.map(at), '--out', at('mixed'), '--json');
    const { runs } = JSON.parse(text) as { runs: Record<string, unknown>[] };
    expect(runs.map(({ model }) => model)).toEqual(['BNN_table', 'BNN_table', 'BNN_table', 'written', 'BNN_table']);
    expect(Object.keys(runs[0]!)).toMatchInlineSnapshot(`
      [
        "run",
        "model",
        "ranks",
        "step",
        "seconds",
        "samplesPerSecond",
        "rmse",
        "nll",
        "crps",
        "coverage50",
        "coverage90",
        "width50",
        "width90",
        "draws",
        "problems",
      ]
    `);
    expect(Object.keys(runs[1]!)).toMatchInlineSnapshot(`
      [
        "run",
        "model",
        "ranks",
        "step",
        "seconds",
        "samplesPerSecond",
        "accuracy",
        "nll",
        "brier",
        "ece",
        "draws",
        "problems",
      ]
    `);
    expect(runs[4]).toMatchObject({ rmse: null, crps: null, draws: null });
    expect(runs[0]!['rmse']).toBe(linesOf<Line>('two/evaluations.jsonl').at(-1)!.rmse);
    const page = readFileSync(at('mixed/index.html'), 'utf8');
    expect(
      [...page.matchAll(/<tr>(<th>(?:run|evaluation)<\/th><th>.*?)<\/tr>/g)].map(([, head]) =>
        head!.replaceAll(/<\/?th>/g, ' '),
      ),
    ).toMatchInlineSnapshot(`
      [
        " run  network  data  ranks  steps  samples/s  seconds ",
        " evaluation  examples  draws  RMSE  NLL, nats  CRPS  coverage of 50 %  coverage of 90 %  mean width of 50 %  mean width of 90 % ",
        " evaluation  examples  draws  accuracy  NLL, nats  Brier score  calibration error ",
        " run   ",
        " run   ",
        " run   ",
        " run   ",
        " run   ",
      ]
    `);
  });

  it('draws speed-up of a network that it does not know by name', async () => {
    for (const ranks of ['1', '2']) {
      await credence('train', at('written.yaml'), ...short, '--out', at(`written-${ranks}`));
      const path = at(`written-${ranks}/starts.jsonl`);
      const start = JSON.parse(readFileSync(path, 'utf8')) as Parameters<typeof recordStart>[1];
      rmSync(path);
      recordStart(at(`written-${ranks}`), { ...start, ranks: Number(ranks), checksum: undefined } as typeof start);
    }
    const text = await credence('report', at('written-1'), at('written-2'), '--out', at('speed'), '--json');
    const { speedUp } = JSON.parse(text) as { speedUp: { name: string; measured: object[] }[] };
    expect(speedUp.map(({ name, measured }) => [name, measured.length])).toEqual([['written, batch 16', 2]]);
  });

  it('goes on with a run of a network that is written down', async () => {
    await credence('train', '--resume', at('written'), '--iteration', '70', '--json');
    expect(linesOf<Line>('written/evaluations.jsonl').at(-1)!.step).toBe(70);
  });
});
