import { encode } from 'fast-png';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryBytes } from '../../src/datasets/readers/bytes.ts';
import { npyNumbers, readNpy } from '../../src/datasets/readers/npy.ts';
import { readZipEntry } from '../../src/datasets/readers/zip.ts';
import { readZipDirectory } from '../../src/datasets/readers/zip-directory.ts';
import { npyOf } from '../../src/report/predictions/npy.ts';
import { run } from '../../src/cli/run.ts';
import { folder, writeDigits } from './process.ts';
import { recorder } from './request.ts';

interface Answer {
  readonly images: number;
  readonly draws: number;
  readonly levels: readonly number[];
  readonly file: string | null;
  readonly predictions: readonly {
    readonly image: string;
    readonly class: number;
    readonly probability: number;
    readonly predictiveEntropy: number;
    readonly expectedEntropy: number;
    readonly mutualInformation: number;
    readonly probabilities: readonly number[];
    readonly standardDeviations: readonly number[];
    readonly quantiles: readonly (readonly number[])[];
  }[];
}

const data = writeDigits('digits', { train: 60, t10k: 12 });
const at = (name: string) => join(folder, name);
const idx = at('digits/t10k-images-idx3-ubyte');
const pixels = new Uint8Array(readFileSync(idx)).subarray(16);

async function credence(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const terminal = recorder();
  const code = await run(words, terminal);
  return { code, stdout: terminal.out(), stderr: terminal.err() };
}

async function predicted(...words: string[]): Promise<Answer> {
  const { code, stdout, stderr } = await credence('predict', at('trained'), ...words, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Answer;
}

function npyBytes(shape: readonly number[], values: Uint8Array): Uint8Array {
  return npyOf(Float64Array.from(values), shape);
}

beforeAll(async () => {
  const words = [
    'BNN_FC_flip',
    '--data',
    data,
    '--iteration',
    '40',
    '--batchSize',
    '20',
    '--draws',
    '8',
    '--ranks',
    '1',
  ];
  const { code, stderr } = await credence('train', ...words, '--seed', '4', '--out', at('trained'), '--json');
  if (code !== 0) throw new Error(stderr);
  writeFileSync(at('images.npy'), npyBytes([12, 28, 28, 1], pixels));
  writeFileSync(at('wrong.npy'), npyBytes([12, 14, 56], pixels));
  writeFileSync(at('one.npz'), zipSync({ 'any.npy': npyBytes([12, 784], pixels) }));
  writeFileSync(
    at('two.npz'),
    zipSync({ 'a.npy': npyOf(Float64Array.of(1), [1]), 'b.npy': npyOf(Float64Array.of(1), [1]) }),
  );
  writeFileSync(at('text.txt'), 'seven');
  mkdirSync(at('pictures'));
  mkdirSync(at('empty'));
  for (const n of [0, 1]) {
    const grey = pixels.slice(784 * n, 784 * (n + 1));
    writeFileSync(at(`pictures/${n}.png`), encode({ width: 28, height: 28, data: grey, channels: 1 }));
    const colour = Uint8Array.from({ length: 784 * 3 }, (_, i) => grey[Math.floor(i / 3)]!);
    writeFileSync(at(`colour-${n}.png`), encode({ width: 28, height: 28, data: colour, channels: 3 }));
  }
  const red = Uint8Array.from({ length: 784 * 3 }, (_, i) => (i % 3 === 0 ? 255 : 0));
  writeFileSync(at('red.png'), encode({ width: 28, height: 28, data: red, channels: 3 }));
  writeFileSync(at('small.png'), encode({ width: 2, height: 2, data: new Uint8Array(4), channels: 1 }));
  const whole = readFileSync(at('pictures/0.png'));
  writeFileSync(at('cut.png'), whole.subarray(0, whole.length - 40));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('credence predict', () => {
  it('says of each image what it is and how sure that is', async () => {
    const answer = await predicted(idx, '--draws', '50');
    expect(answer).toMatchObject({ images: 12, draws: 50, levels: [0.05, 0.5, 0.95], file: null });
    for (const one of answer.predictions) {
      expect(one.probability).toBe(Math.max(...one.probabilities));
      expect(one.probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      expect(one.predictiveEntropy).toBeCloseTo(one.expectedEntropy + one.mutualInformation, 10);
      const [low, , high] = one.quantiles.map((row) => row[one.class]!);
      expect(low!).toBeLessThanOrEqual(one.probability + 0.001);
      expect(high!).toBeGreaterThanOrEqual(one.probability - 0.5);
      expect(one.standardDeviations).toHaveLength(10);
    }
    expect(answer.predictions[3]!.image).toBe(`${idx}[3]`);
  });

  it('takes NumPy arrays, IDX files and pictures alike', async () => {
    const whole = (await predicted(idx)).predictions.map(({ probabilities }) => probabilities);
    for (const file of ['images.npy', 'one.npz']) {
      expect((await predicted(at(file))).predictions.map(({ probabilities }) => probabilities)).toEqual(whole);
    }
    const pictures = await predicted(at('pictures'), at('colour-0.png'), at('colour-1.png'));
    expect(pictures.predictions.map(({ probabilities }) => probabilities)).toEqual([
      ...whole.slice(0, 2),
      ...whole.slice(0, 2),
    ]);
    expect(pictures.predictions[1]!.image).toBe(at('pictures/1.png'));
  });

  it('writes all of it as JSON, CSV and for NumPy', async () => {
    const { predictions } = await predicted(idx, '--quantiles', '0.25');
    const written = async (name: string) => {
      expect(await predicted(idx, '--quantiles', '0.25', '--out', at(name))).toMatchObject({
        file: at(name),
        images: 12,
      });
      return readFileSync(at(name));
    };
    expect((JSON.parse((await written('all.json')).toString()) as Answer).predictions).toEqual(predictions);
    const [header, first, ...others] = (await written('all.csv')).toString().trimEnd().split('\r\n');
    expect(header!.split(',').slice(0, 7)).toEqual([
      ...[
        'image',
        'class',
        'probability',
        'predictiveEntropy',
        'expectedEntropy',
        'mutualInformation',
        'probability_0',
      ],
    ]);
    expect(first!.split(',').slice(6, 16).map(Number)).toEqual(predictions[0]!.probabilities);
    expect(first!.split(',').slice(-10).map(Number)).toEqual(predictions[0]!.quantiles[0]);
    expect(others).toHaveLength(11);
    const npz = memoryBytes('all.npz', await written('all.npz'));
    const entries = readZipDirectory(npz);
    const array = (name: string) => readNpy(name, readZipEntry(npz, entries.get(`${name}.npy`)!));
    expect(array('quantiles').shape).toEqual([1, 12, 10]);
    expect([...npyNumbers(array('probabilities'))]).toEqual(predictions.flatMap(({ probabilities }) => probabilities));
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('shows people the first few', async () => {
    const { code, stdout } = await credence('predict', at('trained'), at('pictures'), '--draws', '20');
    expect(code).toBe(0);
    const lines = stdout
      .replaceAll(folder, '.')
      .replaceAll(/0\.\d{4}/g, '0.0000')
      .split('\n');
    expect(lines.map((line) => line.replaceAll(/ {2,}/g, '  '))).toMatchInlineSnapshot(`
      [
        "BNN_FC_flip after 40 steps, 20 draws, 2 images; entropies in nats",
        "  image  class  probability  sd of draws  entropy  of it the weights",
        "  ./pictures/0.png  0  0.0000  0.0000  0.0000  0.0000",
        "  ./pictures/1.png  7  0.0000  0.0000  0.0000  0.0000",
        "no verdicts: step 40 of ./trained has no calibration. Make one, where examples are held out: credence evaluate ./trained",
        "",
      ]
    `);
  });

  it('leaves out what cannot be read beside others, says so, and refuses all with --strict', async () => {
    const words = ['predict', at('trained'), at('pictures'), at('cut.png'), '--draws', '2', '--json'];
    const { code, stdout, stderr } = await credence(...words);
    const { images, leftOut } = JSON.parse(stdout) as Answer & { readonly leftOut: readonly { name: string }[] };
    expect([code, images, leftOut.map(({ name }) => name)]).toEqual([0, 2, [at('cut.png')]]);
    const strict = await credence(...words, '--strict');
    const told = [stderr, `${strict.code} ${strict.stderr}`].map((text) => text.trimEnd().replaceAll(folder, '.'));
    expect(told.join('\n')).toMatchInlineSnapshot(`
      "1 of 3 files left out (--strict refuses them): ./cut.png is truncated: got 36 bytes, expected a further chunk. Fetch or copy it again
      1 credence: ./cut.png is truncated: got 36 bytes, expected a further chunk. Fetch or copy it again"
    `);
  });

  it('says what is wrong with what it is given', async () => {
    const wrong: string[][] = [
      [],
      ['nowhere', idx],
      [at('trained')],
      [at('trained'), idx, '--draws', '0'],
      [at('trained'), idx, '--quantiles', '0.5,2'],
      [at('trained'), idx, '--out', 'predictions.txt'],
      [at('trained'), idx, '--out', at('nowhere/all.csv')],
      [at('trained'), at('missing.npy')],
      [at('trained'), at('empty')],
      [at('trained'), at('text.txt')],
      [at('trained'), at('wrong.npy')],
      [at('trained'), at('two.npz')],
      [at('trained'), at('red.png')],
      [at('trained'), at('small.png')],
      [at('trained'), at('cut.png')],
    ];
    const told: string[] = [];
    for (const words of wrong) {
      const { code, stderr, stdout } = await credence('predict', ...words);
      expect(stdout).toBe('');
      told.push(`${code} ${stderr.trimEnd().replaceAll(folder, '.')}`);
    }
    expect(told.join('\n')).toMatchInlineSnapshot(`
      "2 credence: credence predict: RUN is missing: expected credence predict RUN INPUT... [--draws COUNT] [--abstain SHARE] [--plot FILE] [--out FILE]
      2 credence: run folder nowhere does not exist. Give the folder that credence train printed
      2 credence: credence predict: INPUT is missing: expected credence predict RUN INPUT... [--draws COUNT] [--abstain SHARE] [--plot FILE] [--out FILE]
      2 credence: --draws: got 0, expected an integer from 1 to 1000000. The default is 30
      2 credence: --quantiles: got 0.5,2, expected levels from 0 to 1, such as 0.05,0.5,0.95, or none
      2 credence: --out: got predictions.txt, expected a file that ends in .json, .csv, .npz
      2 credence: --out ./nowhere/all.csv: got no folder ./nowhere, expected a file in a folder that is there
      1 credence: ./missing.npy does not exist. Check the path
      1 credence: ./empty holds no picture: got a folder without .png or .jpg files. Give a .npy, .npz, IDX, .png or .jpg file, or a folder of pictures
      1 credence: ./text.txt holds no images: got a file that starts with "seven", expected a .npy, .npz, IDX (.gz or not), .png or .jpg file
      1 credence: ./wrong.npy does not hold images of the shape that the network expects: got 12x14x56, expected count x 28x28x1. Cut or scale the images before, and keep the order count, height, width, channels
      1 credence: ./two.npz does not say which array holds the images: got a, b, expected a single array, or one named images, x, x_test, data. Save it again with numpy.savez(file, images=images)
      1 credence: ./red.png is a picture in colour: expected shades of grey. Save it as a greyscale picture
      1 credence: ./small.png does not have the size that the network expects: got 2x2 pixels, expected 28x28. Cut or scale it before
      1 credence: ./cut.png is truncated: got 36 bytes, expected a further chunk. Fetch or copy it again"
    `);
  });
});
