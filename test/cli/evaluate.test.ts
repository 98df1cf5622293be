import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import type { RunSummary } from '../../src/compose/index.ts';
import { coloursCsv, numbersCsv } from '../support/own-data.ts';
import { endOf, folder, start, writeDigits } from './process.ts';
import { recorder } from './request.ts';

const at = (name: string) => join(folder, name);

async function answer(...words: string[]) {
  const terminal = recorder();
  const code = await run(words, terminal);
  return { code, out: terminal.out(), err: terminal.err().replaceAll(folder, 'DIR') };
}

async function credence(...words: string[]): Promise<string> {
  const { code, out, err } = await answer(...words);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
}

type Told = RunSummary & Readonly<Record<string, number>>;
const json = async (...words: string[]) => JSON.parse(await credence(...words, '--json')) as Told;

async function refusal(...words: string[]): Promise<string> {
  const { code, out, err } = await answer('evaluate', ...words);
  expect([code === 0, out]).toEqual([false, '']);
  return err.trimEnd();
}

interface Line {
  readonly of: string;
  readonly step: number;
  readonly at: string;
  readonly corruptions?: unknown;
  readonly detection?: unknown;
  readonly calibration?: string;
}

const linesOf = (name: string) =>
  readFileSync(at(`${name}/evaluations.jsonl`), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

const short = ['--draws', '5', '--ranks', '1'];
const kinds = ['rotation', 'noise', 'blur', 'contrast'];

/** An IDX file of images that are no bars: each pixel a number of its own. */
function writeNoise(name: string, count: number): string {
  const bytes = new Uint8Array(16 + count * 784);
  const view = new DataView(bytes.buffer);
  [0x803, count, 28, 28].forEach((word, i) => view.setUint32(4 * i, word));
  for (let i = 0; i < count * 784; i++) bytes[16 + i] = (i * i * 31 + i * 17) % 97;
  writeFileSync(at(name), bytes);
  return at(name);
}

function picture(path: string, width: number, height: number): void {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37) % 256);
  writeFileSync(path, encode({ width, height, data, channels: 3, depth: 8 }));
}

beforeAll(async () => {
  const digits = writeDigits('digits');
  writeFileSync(at('numbers.csv'), numbersCsv(200));
  writeFileSync(at('colours.csv'), coloursCsv(200));
  const rows = numbersCsv(30).replaceAll('\n', ',one\n').replace(',one', ',kind').split('\n');
  writeFileSync(at('kinds.csv'), rows.map((row, i) => (i % 3 === 0 ? row.replace(',one', ',two') : row)).join('\n'));
  writeFileSync(at('far.csv'), 'x0,x1\n9,9\n-8,7\n10,-9\n');
  const train = (name: string, ...words: string[]) =>
    credence('train', ...words, ...short, '--json', '--out', at(name));
  await train('digits-run', 'BNN_FC_flip', '--data', digits, '--iteration', '30', '--batchSize', '20');
  await train('numbers', at('numbers.csv'), '--target', 'y', '--data.inputs', 'x0,x1', '--iteration', '200');
  await train('two', at('numbers.csv'), '--target', 'y,w', '--iteration', '60');
  await train('colours', at('colours.csv'), '--target', 'colour', '--iteration', '60');
  await train('all', at('numbers.csv'), '--target', 'y', '--iteration', '20', '--data.test', '0');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('credence evaluate', () => {
  it('tells intervals around the figures, what abstaining gains, and classes one by one', async () => {
    const { details, ...summary } = await json('evaluate', at('digits-run'));
    const { intervals, selective, groups, adaptiveCalibrationError } = details!;
    expect(Object.keys(intervals)).toEqual(['accuracy', 'nll', 'brier', 'ece']);
    for (const name of ['accuracy', 'nll', 'brier']) {
      expect(intervals[name]![0]).toBeLessThanOrEqual(summary[name]!);
      expect(intervals[name]![1]).toBeGreaterThanOrEqual(summary[name]!);
    }
    expect(adaptiveCalibrationError).toBeGreaterThanOrEqual(0);
    expect(selective.kept.map(({ coverage }) => coverage)).toEqual([0.8, 0.9, 0.95]);
    expect(selective.aurc).toBeGreaterThanOrEqual(selective.excessAurc);
    const [classes] = groups;
    expect(classes!.groups.map(({ count }) => count)).toEqual(new Array(10).fill(5));
    expect(classes!.groups.reduce((sum, { mean }) => sum + mean / 10, 0)).toBeCloseTo(summary['accuracy']!, 12);
    // what is drawn beside it is small, and there
    const last = linesOf('digits-run').at(-1)!;
    const path = at(`digits-run/evaluations/details-step-${last.step}.json`);
    expect(statSync(path).size).toBeLessThan(200_000);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ at: last.at, count: 50, confusion: {} });
  });

  it('of numbers has groups by width, and a flat sum of its probability integral transform', async () => {
    const { details, ...summary } = await json('evaluate', at('two'));
    expect(Object.keys(details!.intervals)).toEqual(['rmse', 'nll', 'crps', 'coverage50', 'coverage90']);
    const [byWidth] = details!.groups;
    expect(byWidth).toMatchObject({ by: 'width of the 90 % interval', figure: 'coverage90' });
    const mean = byWidth!.groups.reduce((sum, { count, mean: own }) => sum + (count * own) / 20, 0);
    expect(mean).toBeCloseTo(summary['coverage90']!, 12);
    const { pit } = JSON.parse(readFileSync(at('two/evaluations/details-step-60.json'), 'utf8')) as {
      pit: { name: string; shares: number[] }[];
    };
    expect(pit.map(({ name }) => name)).toEqual(['y', 'w']);
    for (const { shares } of pit) expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 4);
  });

  it('says what a column has to do with it', async () => {
    const { details } = await json('evaluate', at('colours'), '--by', 'colour');
    // the classes once as such, once as the values of the column: the same
    const [classes, column] = details!.groups;
    const sorted = (groups: typeof classes) => groups!.groups.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(sorted(column)).toEqual(sorted(classes));
    const quartiles = await credence('evaluate', at('numbers'), '--by', 'w');
    expect(quartiles).toMatch(/by w\n  w +examples +coverage of 90 %\n  up to .* \d\.\d{4} \+- \d\.\d{4}\n/);
    expect(quartiles.match(/^ {2}(up to|above|\S+ to) /gm)).toHaveLength(4);
  });

  it('of another file by a column that the run never read', async () => {
    const { code, err, out } = await answer('evaluate', at('numbers'), '--data', at('kinds.csv'), '--by', 'kind');
    // it is no column of the training file, and refused as ever
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('has more columns than the training file');
    writeFileSync(at('more.csv'), numbersCsv(40));
    const other = await answer('evaluate', at('numbers'), '--data', at('more.csv'), '--by', 'w', '--json');
    expect(other.err).toContain('its evaluation is kept apart');
    const groups = (JSON.parse(other.out) as Told).details!.groups.at(-1)!.groups;
    expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(40);
  });

  it('of another file tells how the run is calibrated for it, and leaves the calibration as it was', async () => {
    const words = ['--target', 'y', '--data.inputs', 'x0,x1', '--iteration', '200', '--data.test', '0.5', ...short];
    await credence('train', at('numbers.csv'), ...words, '--json', '--out', at('calibrated'));
    writeFileSync(at('new.csv'), numbersCsv(40));
    const path = at('calibrated/calibration/step-200.json');
    const before = readFileSync(path, 'utf8');
    const told = await answer('evaluate', at('calibrated'), '--data', at('new.csv'), '--json');
    const { calibration } = JSON.parse(told.out) as Pick<Told, 'calibration'>;
    expect(calibration).toMatchObject({ of: 'half of the test set', count: 50, check: { count: 40 } });
    // an evaluation is known by it as well
    const { at: made } = JSON.parse(before) as { at: string };
    expect(linesOf('calibrated').map(({ of, calibration: by }) => [of, by])).toEqual([
      ['test', undefined],
      ['other', made],
    ]);
    const { out } = await answer('evaluate', at('calibrated'), '--data', at('new.csv'));
    const { coverage } = calibration!.check;
    const error = Math.sqrt((coverage * (1 - coverage)) / 40);
    const numbers = `${coverage.toFixed(4)} +- ${error.toFixed(4)}`;
    expect(out).toContain(
      `as calibrated on the own data of the run: intervals of 90 % hold ${numbers} of these examples`,
    );
    expect(readFileSync(path, 'utf8')).toBe(before);
  });
});

describe('credence evaluate --ood', () => {
  it('is the Mann-Whitney statistic of what credence predict says of both', async () => {
    const noise = writeNoise('noise-images', 40);
    const { outOfDistribution } = await json('evaluate', at('digits-run'), '--ood', noise);
    interface Row {
      readonly predictiveEntropy: number;
      readonly mutualInformation: number;
      readonly probability: number;
    }
    const rowsOf = async (path: string) => {
      const told = await credence('predict', at('digits-run'), path, '--quantiles', 'none', '--json');
      return (JSON.parse(told) as { predictions: Row[] }).predictions;
    };
    const [inside, outside] = [await rowsOf(at('digits/t10k-images-idx3-ubyte')), await rowsOf(noise)];
    expect(outOfDistribution).toMatchObject({ data: noise, count: 40 });
    const scores: Record<string, (row: Row) => number> = {
      predictiveEntropy: (row) => row.predictiveEntropy,
      mutualInformation: (row) => row.mutualInformation,
      doubt: (row) => 1 - row.probability,
    };
    const names = outOfDistribution!.scores.map(({ name }) => name);
    expect(names).toEqual([...Object.keys(scores), 'energy', 'featureDistance']);
    for (const { name, auroc, ...means } of outOfDistribution!.scores.slice(0, 3)) {
      const score = scores[name]!;
      let pairs = 0;
      for (const a of inside) {
        for (const b of outside) pairs += score(b) > score(a) ? 1 : score(b) === score(a) ? 0.5 : 0;
      }
      expect(auroc).toBeCloseTo(pairs / (inside.length * outside.length), 12);
      expect(means.inside).toBeCloseTo(
        inside.reduce((sum, row) => sum + score(row) / inside.length, 0),
        9,
      );
      expect(means.outside).toBeCloseTo(
        outside.reduce((sum, row) => sum + score(row) / outside.length, 0),
        9,
      );
    }
  });

  it('of numbers has epistemic and whole standard deviations; far rows are found', async () => {
    const { outOfDistribution } = await json('evaluate', at('numbers'), '--ood', at('far.csv'));
    expect(outOfDistribution!.scores.map(({ name }) => name)).toEqual(['epistemic', 'standardDeviation']);
    expect(outOfDistribution!.scores[0]!.auroc).toBeGreaterThan(0.5);
    const text = await credence('evaluate', at('numbers'), '--ood', at('far.csv'));
    expect(text).toContain('told from 3 examples of ');
    expect(text).toMatch(/epistemic standard deviation +\d\.\d{4}/);
  });

  it('scales pictures where that is asked for, also those in folders', async () => {
    mkdirSync(at('shown/a'), { recursive: true });
    picture(at('shown/a/one.png'), 40, 20);
    picture(at('shown/a/two.png'), 28, 28);
    const words = ['evaluate', at('digits-run'), '--ood', at('shown')];
    expect((await json(...words, '--resize')).outOfDistribution!.count).toBe(2);
    expect(await refusal(at('digits-run'), '--ood', at('shown/a/one.png'))).toMatchInlineSnapshot(
      `"credence: DIR/shown/a/one.png does not have the size that the network expects: got 40x20 pixels, expected 28x28. Cut or scale it before"`,
    );
  });

  it('takes the place of no evaluation of the run, nor does one under corruptions', async () => {
    const told = async () =>
      (JSON.parse(await credence('report', at('digits-run'), '--json')) as { runs: object[] }).runs[0];
    const before = await told();
    const events = () => readdirSync(at('digits-run')).filter((name) => name.startsWith('events.')).length;
    const evaluated = linesOf('digits-run').length;
    await credence('evaluate', at('digits-run'), '--draws', '2', '--ood', at('noise-images'), '--corrupt');
    expect(await told()).toEqual(before);
    // the fewer draws are told to nobody else either
    const filesOfEvents = events();
    const lines = linesOf('digits-run').slice(evaluated);
    expect(lines.map(({ of }) => of)).toEqual(['test', 'outOfDistribution', 'corrupted']);
    expect(lines[1]!.detection).toHaveLength(5);
    expect(lines[2]!.corruptions).toHaveLength(21);
    await credence('evaluate', at('digits-run'), '--draws', '2', '--ood', at('noise-images'));
    expect(events()).toBe(filesOfEvents);
  });

  it('refuses what cannot be compared', async () => {
    writeFileSync(at('holes.csv'), 'x0,x1\n1,\n2,3\n');
    writeFileSync(at('nothing.csv'), 'x0,x1\n');
    mkdirSync(at('empty'));
    const [digits, numbers] = [at('digits-run'), at('numbers')];
    expect(await refusal(digits, '--ood', 'cifar10')).toMatchInlineSnapshot(
      `"credence: cifar10 does not have the shape that the network takes: got 32x32x3, expected 28x28x1. Give --resize to scale it, and to make colour grey or grey colour"`,
    );
    expect(await refusal(digits, '--ood', 'mnist')).toMatchInlineSnapshot(
      `"credence: mnist is what the run was trained on: expected fashion-mnist, cifar10, cifar100, or a path. Give data that it does not know"`,
    );
    expect(await refusal(digits, '--ood', at('empty'))).toMatchInlineSnapshot(
      `"credence: DIR/empty holds no picture: got a folder without .png or .jpg files. Give a .npy, .npz, IDX, .png or .jpg file, or a folder of pictures"`,
    );
    expect(await refusal(digits, '--ood', at('nowhere'))).toMatchInlineSnapshot(
      `"credence: DIR/nowhere does not exist. Check the path"`,
    );
    expect(await refusal(digits, '--ood', at('numbers.csv'))).toMatchInlineSnapshot(
      `"credence: DIR/numbers.csv holds no images: got a file that starts with "x0,x1,y,", expected a .npy, .npz, IDX (.gz or not), .png or .jpg file"`,
    );
    expect(await refusal(numbers, '--ood', 'mnist')).toMatchInlineSnapshot(
      `"credence: mnist cannot be given to this network: got images, expected examples of 2 numbers, as the run was trained on"`,
    );
    expect(await refusal(numbers, '--ood', at('holes.csv'))).toMatchInlineSnapshot(
      `"credence: DIR/holes.csv has missing cells in column x1: got 1 of 2, line 2, expected a value in each row. Fill them in, or train with missing: mean"`,
    );
    expect(await refusal(numbers, '--ood', at('nothing.csv'))).toMatchInlineSnapshot(
      `"credence: DIR/nothing.csv holds no rows: got a line of names only, expected at least one row"`,
    );
    expect(await refusal(numbers, '--ood', at('colours.csv'))).toMatchInlineSnapshot(
      `"credence: DIR/colours.csv has more columns than the training file: got colour as well, expected x0, x1, y. Take them out"`,
    );
    expect(await refusal(numbers, '--ood', at('far.csv'), '--resize')).toMatchInlineSnapshot(
      `"credence: --resize is for pictures: got examples of 2 numbers"`,
    );
    expect(await refusal(numbers, '--resize')).toMatchInlineSnapshot(
      `"credence: --resize without --ood: expected --ood DATA, whose pictures it scales"`,
    );
    expect(await refusal(at('all'), '--ood', at('far.csv'))).toMatchInlineSnapshot(
      `"credence: nothing is held out of the data of the run: expected a test set to hold against. Give other data of the same kind with --data"`,
    );
  });
});

describe('credence evaluate --corrupt', () => {
  it('tells the same images as they are, and in four kinds and five severities', async () => {
    const { corruptions, ...summary } = await json('evaluate', at('digits-run'), '--corrupt');
    const { count, figures } = corruptions!;
    expect(count).toBe(50);
    const [clean, ...others] = figures;
    expect(clean).toMatchObject({ kind: 'none', severity: 0 });
    for (const name of ['accuracy', 'nll', 'ece']) expect(clean!.figures[name]).toBe(summary[name]);
    expect(others.map(({ kind, severity }) => `${kind} ${severity}`)).toEqual(
      kinds.flatMap((kind) => [1, 2, 3, 4, 5].map((severity) => `${kind} ${severity}`)),
    );
    const text = await credence('evaluate', at('digits-run'), '--corrupt');
    expect(text).toMatch(/50 test images under corruptions\n {2}corruption +severity +accuracy +NLL/);
  });
});

describe('what else is refused', () => {
  it('columns that are not there, corruptions of numbers, rows without what is true', async () => {
    writeFileSync(at('bare.csv'), 'x0,x1\n1,2\n');
    const numbers = at('numbers');
    expect(await refusal(numbers, '--by', 'colour')).toMatchInlineSnapshot(
      `"credence: DIR/numbers.csv has no column colour: expected one of x0, x1, y, w"`,
    );
    expect(await refusal(at('digits-run'), '--by', 'colour')).toMatchInlineSnapshot(
      `"credence: --by colour is for tables of your own: got mnist. Leave it away: classes are told one by one as it is"`,
    );
    expect(await refusal(numbers, '--corrupt')).toMatchInlineSnapshot(
      `"credence: --corrupt is for images: got examples of 2 numbers"`,
    );
    expect(await refusal(numbers, '--data', at('bare.csv'))).toMatchInlineSnapshot(
      `"credence: DIR/bare.csv has no targets to compare with: expected y. Use credence predict for rows without them"`,
    );
  });

  it('not a test set of one class: it has one group', async () => {
    const line = coloursCsv(200).split('\n');
    writeFileSync(at('red.csv'), [line[0], ...line.filter((one) => one.endsWith(',red'))].join('\n'));
    const { out } = await answer('evaluate', at('colours'), '--data', at('red.csv'), '--json');
    expect((JSON.parse(out) as Told).details!.groups[0]!.groups.map(({ name }) => name)).toEqual(['red']);
  });
});

describe('credence evaluate --ranks', () => {
  it('tells the same bits on 1, 2 and 4 threads', async () => {
    // 50 images x 1601 draws: enough for four threads to be worth starting
    const words = ['evaluate', 'digits-run', '--draws', '1601', '--ood', 'noise-images', '--json', '--ranks'];
    const told = [];
    for (const ranks of ['1', '2', '4']) told.push(await endOf(start(...words, ranks)));
    expect(JSON.parse(told[0]!.stdout)).toMatchObject({ draws: 1601, outOfDistribution: { count: 40 } });
    for (const other of told.slice(1)) expect(other).toEqual(told[0]);
  });
});
