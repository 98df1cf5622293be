/** Files of gravitational waves: made, read back, and those that are not as they should be. */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type SignalRequest,
  closeSignalFolder,
  openSignalFolder,
  readSignalFile,
  signalFilesAt,
  writeSignalFiles,
} from '../../src/datasets/index.ts';
import {
  fillWindows,
  heldOutSignals,
  loudnessOfLevel,
  makeSignals,
  signalLabels,
  windowLength,
} from '../../src/gravitation/index.ts';
import { areInMemory } from '../../src/models/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'credence-waves-'));
const at = (...names: string[]) => join(folder, ...names);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const request: SignalRequest = { count: 5, test: 3, seed: 7, peakSnr: [1, 3], louder: 10, program: 'test' };

async function made(name: string, own = request, size = 1): Promise<string> {
  openSignalFolder(at(name), own);
  for (let rank = 0; rank < size; rank++) {
    for await (const _ of writeSignalFiles(at(name), own, { rank, size })) continue;
  }
  await closeSignalFolder(at(name), own);
  return at(name);
}

const reading = { stream: false } as const;

function windowsOf({ rows, count }: Awaited<ReturnType<typeof readSignalFile>>): Float32Array {
  const inputs = rows(0, count);
  if (areInMemory(inputs) && inputs instanceof Float32Array) return inputs;
  throw new Error('not in memory');
}

/** An HDF5 file from Python-like words, by the library on a process of its own. */
function hdf5(name: string, arrays: Record<string, { shape: number[]; fill?: number; at?: [number, number] }>): string {
  const program = `
    const own = await import('h5wasm/node');
    await own.ready;
    const file = new own.File(${JSON.stringify(at(name))}, 'w');
    for (const [name, { shape, fill, at }] of Object.entries(${JSON.stringify(arrays)})) {
      const data = new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(fill ?? 0.5);
      if (at) data[at[0]] = at[1] === null ? NaN : at[1];
      file.create_dataset({ name, data, shape });
    }
    file.close();`;
  execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: process.cwd() });
  return at(name);
}

beforeAll(() => made('whole'));

describe('files of gravitational waves', () => {
  it('hold the windows and labels of their signals, from loud to faint', async () => {
    const files = signalFilesAt(at('whole'))!;
    expect(files.train.map((path) => path.replace(`${folder}/whole/`, ''))).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((level) => `SNR_interval_${level}.h5`),
    );
    const signals = makeSignals(5, { seed: 7 });
    for (const level of [0, 3, 6]) {
      const file = await readSignalFile(files.train[level]!, reading);
      const expected = new Float32Array(5 * windowLength);
      fillWindows(expected, signals, { seed: 7, peakSnr: loudnessOfLevel(request, level), visit: level });
      expect(windowsOf(file)).toEqual(expected);
      expect(file.labels).toEqual(signalLabels(5, { seed: 7, part: 'train' }));
    }
    expect(loudnessOfLevel(request, 0)).toEqual([10, 30]);
    expect(loudnessOfLevel(request, 6)).toEqual([1, 3]);
    const test = await readSignalFile(files.test!, reading);
    const held = heldOutSignals(makeSignals(3, { seed: 7, part: 'test' }), { seed: 7 });
    expect(windowsOf(test)).toEqual(held.inputs);
  });

  it('are the same bytes from any number of ranks, with their sums in a manifest', async () => {
    await made('by three', request, 3);
    for (const name of readdirSync(at('whole'))) {
      expect(readFileSync(at('by three', name))).toEqual(readFileSync(at('whole', name)));
    }
    const manifest = JSON.parse(readFileSync(at('whole/manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({ made: 'complete', program: 'test', request: { seed: 7 } });
    for (const { name, sha256 } of manifest.files) {
      const { sha256: own } = await readSignalFile(at('whole', name), reading);
      expect(own).toBe(sha256);
    }
  });

  it('are gone on with where a making was ended, and never mixed with others', async () => {
    openSignalFolder(at('begun'), request);
    const some = writeSignalFiles(at('begun'), request, { rank: 0, size: 1 });
    await some.next();
    // the second file is in the making
    await some.next();
    writeFileSync(at('begun/SNR_interval_1.h5.part'), 'half a file');
    await some.return(undefined);
    const first = readFileSync(at('begun/SNR_interval_0.h5'));
    expect(JSON.parse(readFileSync(at('begun/manifest.json'), 'utf8')).made).toContain('in the making');
    await made('begun');
    expect(readFileSync(at('begun/SNR_interval_0.h5'))).toEqual(first);
    expect(readdirSync(at('begun')).sort()).toEqual(readdirSync(at('whole')).sort());
    expect(readFileSync(at('begun/manifest.json'))).toEqual(readFileSync(at('whole/manifest.json')));
    expect(() => openSignalFolder(at('begun'), { ...request, seed: 8 })).toThrow(
      /holds other gravitational waves: got .*"seed":7.* expected .*"seed":8/,
    );
    mkdirSync(at('mine'));
    writeFileSync(at('mine/thesis.tex'), '');
    expect(() => openSignalFolder(at('mine'), request)).toThrow('not empty, and holds no data that were begun');
    expect(readdirSync(at('mine'))).toEqual(['thesis.tex']);
  });

  it('are not begun where there is no room, and say so', () => {
    const huge = { ...request, count: 2 ** 40 };
    expect(() => openSignalFolder(at('huge'), huge)).toThrow(/has no room for 8 files: got .* GB that are free/);
    writeFileSync(at('a file'), '');
    expect(() => openSignalFolder(at('a file', 'folder'), request)).toThrow('cannot be written');
  });

  it('are refused by name where they are damaged or hold something else', async () => {
    const refused = (path: string) => readSignalFile(path, reading).then(String, (error: Error) => error.message);
    copyFileSync(at('whole/SNR_interval_0.h5'), at('cut.h5'));
    truncateSync(at('cut.h5'), 100_000);
    expect(await refused(at('cut.h5'))).toMatch(/cut.h5 is no HDF5 file, or is damaged/);
    writeFileSync(at('text.h5'), 'm1,m2');
    expect(await refused(at('text.h5'))).toContain('text.h5 is no data file that is read');
    expect(await refused(hdf5('names.h5', { strain: { shape: [2, 8192] } }))).toContain(
      'has not the arrays of gravitational waves: got strain, expected train_data and train_label, or test_data and test_label',
    );
    const two = { train_data: { shape: [2, 8192] }, train_label: { shape: [2, 5] } };
    expect(await refused(hdf5('short.h5', { ...two, train_data: { shape: [2, 4096] } }))).toContain(
      'train_data is not as gravitational waves are: got shape 2x4096, expected N x 8192 samples',
    );
    expect(await refused(hdf5('few.h5', { ...two, train_label: { shape: [1, 5] } }))).toContain(
      'train_label is not as gravitational waves are: got shape 1x5, expected 2 x mass1, mass2',
    );
    const hole = { shape: [2, 8192], at: [9000, null] as unknown as [number, number] };
    expect(await refused(hdf5('hole.h5', { ...two, train_data: hole }))).toContain(
      'holds numbers that are not finite: got NaN at index 1, 1 of 2',
    );
    const label = { shape: [2, 5], at: [7, null] as unknown as [number, number] };
    expect(await refused(hdf5('label.h5', { ...two, train_label: label }))).toContain(
      'train_label holds numbers that are not finite: got NaN at index 1',
    );
  });

  it('are warned of where labels seem to be in other units', async () => {
    const lines: string[] = [];
    const path = hdf5('units.h5', {
      test_data: { shape: [2, 8192] },
      test_label: { shape: [2, 5], fill: 0.15, at: [2, 250] },
    });
    await readSignalFile(path, { ...reading, onWarning: (line) => lines.push(line) });
    expect(lines.map((line) => line.replace(folder, ''))).toEqual([
      '/units.h5, test_label: column 0, mass1, is outside of 1 to 500 in 2 of 2 rows, such as 0.15: expected solar masses',
      '/units.h5, test_label: column 1, mass2, is outside of 1 to 500 in 2 of 2 rows, such as 0.15: expected solar masses',
      '/units.h5, test_label: column 2, finalSpin, is outside of -1 to 1 in 1 of 2 rows, such as 250: expected a number from -1 to 1',
      '/units.h5, test_label: column 3, omegaReal, is outside of 0.2 to 1 in 2 of 2 rows, such as 0.15: expected units of one over the final mass',
    ]);
  });

  it('are found by their names, a folder or a file alone', () => {
    expect(signalFilesAt(at('mine'))).toBeNull();
    expect(signalFilesAt(at('names.h5'))).toBeNull();
    expect(signalFilesAt(at('nowhere'))).toBeNull();
    const path = at('whole/SNR_interval_TestData_.h5');
    expect(signalFilesAt(path)).toEqual({ train: [], test: path });
    mkdirSync(at('some'));
    copyFileSync(at('whole/SNR_interval_6.h5'), at('some/SNR_interval_6.h5'));
    expect(signalFilesAt(at('some'))).toEqual({ train: [at('some/SNR_interval_6.h5')], test: null });
    expect(existsSync(path)).toBe(true);
  });
});
