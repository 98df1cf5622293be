import { appendFileSync, mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shuffled } from '../../../src/data/index.ts';
import {
  handedInputs,
  openInputs,
  openOwnData,
  type OwnDataOptions,
  type OwnDataset,
  readOwnInputs,
} from '../../../src/datasets/index.ts';
import { withHdf5 } from '../../../src/datasets/own/arrays/hdf5.ts';
import { Hdf5Reader } from '../../../src/datasets/own/stream/hdf5-reader.ts';
import { openHdf5Rows } from '../../../src/datasets/own/stream/hdf5-rows.ts';
import { openNumbers } from '../../../src/datasets/own/stream/open.ts';
import { assertHeld, isStreamed } from '../../../src/datasets/own/stream/setting.ts';
import { type Inputs, areInMemory } from '../../../src/models/index.ts';
import { enterTemporaryFolder, npy } from '../fixtures.ts';
import { defaults, held, made } from './fixtures.ts';

let leave: () => void;
beforeEach(() => {
  leave = enterTemporaryFolder();
});
afterEach(() => leave());

/** In -1 .. 1, without a pattern that matters. */
const noise = (i: number) => ((i * 2654435761) % 2000) / 1000 - 1;

const count = 40;
const targets = npy(
  '<f8',
  [count],
  Float64Array.from({ length: count }, (_, i) => noise(i)),
);

function writeArrays(folder: string, arrays: Readonly<Record<string, Uint8Array>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(arrays)) writeFileSync(join(folder, `${name}.npy`), bytes);
}

async function both(options: Partial<OwnDataOptions> & { readonly path: string }) {
  const shares = { test: 0.2, validation: 0.1, standardize: true, target: null };
  const open = (stream: boolean) => openOwnData({ ...defaults, ...shares, ...options, stream });
  return [await open(false), await open(true)] as const;
}

/** All inputs, asked for backwards and with one twice. */
function gathered(inputs: Inputs, size: number): Uint8Array | Float32Array {
  const examples = inputs.length / size;
  const indices = Int32Array.from({ length: examples + 1 }, (_, i) => (i === 0 ? 0 : examples - i));
  const whole = new Float32Array((examples + 1) * size);
  const into = !areInMemory(inputs) && inputs.dtype === 'u8' ? new Uint8Array(whole.length) : whole;
  if (areInMemory(inputs)) throw new Error('inputs that were read at once');
  inputs.gather(indices, into);
  const out = into.slice(size);
  for (let i = 0; i < examples; i++) {
    out.set(into.subarray((i + 1) * size, (i + 2) * size), (examples - 1 - i) * size);
  }
  expect(into.subarray(0, size)).toEqual(out.subarray(0, size));
  return out;
}

function expectSame(memory: OwnDataset, stream: OwnDataset): void {
  expect(stream.schema).toEqual(memory.schema);
  expect(stream.sha256).toBe(memory.sha256);
  for (const part of ['train', 'validation', 'test'] as const) {
    const [own, streamed] = [memory[part], stream[part]];
    expect(streamed?.rows).toEqual(own?.rows);
    expect(streamed?.targets).toEqual(own?.targets);
    if (own && streamed) expect(gathered(streamed.inputs, held(own).length / own.count)).toEqual(held(own));
  }
}

describe('a folder of .npy files', () => {
  const reals = Float64Array.from({ length: count * 6 * 2 }, (_, i) => 3 * noise(i) + (i % 2));
  const kinds: Readonly<Record<string, readonly [shape: readonly number[], data: ArrayBufferView]>> = {
    '<f8': [[count, 6, 2], reals],
    '<f4': [[count, 12], Float32Array.from(reals)],
    '>f4': [[count, 12], new Uint8Array(new Uint8Array(Float32Array.from(reals).buffer).reverse())],
    '<f2': [[count, 12], Uint16Array.from({ length: count * 12 }, (_, i) => 0x3000 + 7 * i)],
    '<i2': [[count, 2, 3, 2], Int16Array.from(reals, (x) => 100 * x)],
    '<i8': [[count, 1], BigInt64Array.from({ length: count }, (_, i) => BigInt(i) - 20n)],
    '|b1': [[count, 3, 2], Uint8Array.from({ length: count * 6 }, (_, i) => i % 2)],
    '|u1': [[count, 3, 2], Uint8Array.from({ length: count * 6 }, (_, i) => i)],
  };
  for (const [descr, [shape, data]] of Object.entries(kinds)) {
    it(`of ${descr} gives the same numbers as in memory`, async () => {
      writeArrays('own', { x: npy(descr, shape, data), y: targets });
      const [memory, stream] = await both({ path: 'own' });
      expectSame(memory, stream);
    });
  }

  it('reads as an .npz does, and says what is not there', async () => {
    writeArrays('own', { x: npy('<f4', [count, 12], Float32Array.from(reals.subarray(0, 480))), label: targets });
    const words = await openOwnData({ ...defaults, path: 'own' }).catch(String);
    expect(words).toMatchInlineSnapshot(`"UsageError: own has no array y: expected one of label, x"`);
    const { schema } = await openOwnData({ ...defaults, path: 'own', target: 'label' });
    expect(schema).toMatchObject({ input: { array: 'x', shape: [12, 1] }, target: { names: ['label'] } });
  });

  it('leaves out rows with holes, and refuses infinities, as in memory', async () => {
    const holes = Float32Array.from(reals.subarray(0, 480));
    holes[30] = Number.NaN;
    writeArrays('own', { x: npy('<f4', [count, 12], holes), y: targets });
    const [memory, stream] = await both({ path: 'own', missing: 'drop' });
    expectSame(memory, stream);
    const refused = await openOwnData({ ...defaults, path: 'own', stream: true }).catch(String);
    expect(refused).toBe(await openOwnData({ ...defaults, path: 'own', stream: false }).catch(String));
    expect(refused).toMatchInlineSnapshot(
      `"DataError: own, x holds numbers that are not finite: got NaN at index 2, 1 of 40, expected finite numbers. Correct them, or choose missing: drop (without these examples)"`,
    );
  });

  it('is read by another thread from what it was handed, and joined to other files', async () => {
    writeArrays('own', { x: npy('<f4', [count, 12], Float32Array.from(reals.subarray(0, 480))), y: targets });
    writeArrays('more', { x: npy('<f4', [3, 12], Float32Array.from(reals.subarray(400, 436))) });
    const [memory, stream] = await both({ path: 'own' });
    const again = openInputs(structuredClone(handedInputs(stream.train.inputs)));
    expect(gathered(again, 12)).toEqual(held(memory.train));
    const [one, two] = await Promise.all([
      readOwnInputs(['more', 'own'], memory.schema, { stream: false }),
      readOwnInputs(['more', 'own'], memory.schema, { stream: true }),
    ]);
    expect(two.names).toEqual(one.names);
    expect(gathered(two.inputs, 12)).toEqual(held(one));
    expect(gathered(openInputs(structuredClone(handedInputs(two.inputs))), 12)).toEqual(held(one));
  });

  it('gives the batches that the arrays in memory give', async () => {
    writeArrays('own', { x: npy('<f4', [count, 12], Float32Array.from(reals.subarray(0, 480))), y: targets });
    const [memory, stream] = await both({ path: 'own' });
    const batches = [memory.train, stream.train].map((examples) => {
      const order = shuffled(examples, 7);
      // the end of an epoch and the start of the next, with examples that come twice
      return [0, 20, 45].map((position) => {
        const batch = { inputs: new Float32Array(12 * 16), targets: new Float32Array(16) };
        order.fill(batch, { step: 1, replica: 0, firstExample: 0, position });
        return batch;
      });
    });
    expect(batches[1]).toEqual(batches[0]);
  });

  it('has to stay as it was', async () => {
    writeArrays('own', { x: npy('<f4', [count, 12], Float32Array.from(reals.subarray(0, 480))), y: targets });
    const { train } = (await both({ path: 'own' }))[1];
    appendFileSync('own/x.npy', 'more');
    expect(() => gathered(train.inputs, 12)).toThrow(
      /own\/x\.npy has changed while it was read: got 2052 bytes, written/,
    );
    truncateSync('own/x.npy', 100);
    expect(() => gathered(train.inputs, 12)).toThrow(/got 100 bytes/);
    rmSync('own/x.npy');
    expect(() => gathered(train.inputs, 12)).toThrow('own/x.npy does not exist');
  });
});

describe('HDF5', () => {
  const own = async (array: string) => {
    const path = join(made, 'stream.h5');
    return withHdf5(path, statSync(path).size, async (file) => file.placeOf?.(array));
  };

  for (const [name, place] of Object.entries({
    train_data: { kind: 'plain' },
    chunked: { kind: 'hdf5', chunkRows: 3 },
    rows: { kind: 'hdf5', chunkRows: 1 },
    compact: { kind: 'hdf5', chunkRows: null },
    even: { kind: 'hdf5', type: 'i1' },
    pixels: { kind: 'plain', type: 'u1' },
  })) {
    it(`gives the same numbers as in memory: ${name}`, async () => {
      expect(await own(name)).toMatchObject(place);
      const [memory, stream] = await both({
        path: join(made, 'stream.h5'),
        inputs: [name],
        target: 'train_label',
      });
      expectSame(memory, stream);
      expect(memory.schema.target.names).toEqual(['train_label[0]', 'train_label[1]']);
    });
  }

  it('keeps chunks, and gives rows across them', async () => {
    const place = await own('chunked');
    if (place?.kind !== 'hdf5') throw new Error('an array in one piece');
    const rows = openHdf5Rows(place);
    const plain = await own('train_data');
    const expected = openNumbers(plain!);
    for (const [first, n] of [
      [0, 1],
      [2, 1],
      [2, 5],
      [3, 3],
      [0, 10],
      [9, 1],
      [8, 2],
    ] as const) {
      const bytes = new Uint8Array(rows.read(first, n));
      expect(new Float32Array(bytes.buffer)).toEqual(new Float32Array(expected.read(first, n)));
    }
  });

  it('gives each time what was asked for, and not what was asked for before', async () => {
    const place = await own('rows');
    if (place?.kind !== 'hdf5') throw new Error('an array in one piece');
    const expected = new Float32Array(openNumbers((await own('train_data'))!).read(0, 10));
    const reader = new Hdf5Reader(place, 1);
    const wrong: number[] = [];
    for (let i = 0; i < 20_000; i++) {
      const row = (7 * i) % 10;
      const got = new Float32Array(new Uint8Array(reader.read(row, 1)).buffer);
      if (got[0] !== expected[24 * row]) wrong.push(i);
    }
    expect(wrong).toEqual([]);
  });

  it('gives up a file without an end', async () => {
    const place = await own('rows');
    if (place?.kind !== 'hdf5') throw new Error('an array in one piece');
    // The library is not even loaded by then.
    const reader = new Hdf5Reader(place, 1, 1);
    const words = Array.from({ length: 2 }, () => {
      try {
        return reader.read(0, 1).length;
      } catch (error) {
        return String(error).replace(made, '');
      }
    });
    const refused =
      'DataError: /stream.h5 is no HDF5 file, or is damaged: got no end of reading after 0 s. Fetch or copy it again';
    expect(words).toEqual([refused, refused]);
  });

  it('gives up for good where the library finds nothing', () => {
    const place = {
      kind: 'hdf5' as const,
      ...{ path: join(made, 'stream.h5'), array: 'nowhere', shape: [10, 4], type: 'f4' },
      ...{ isBig: false, chunkRows: null, version: { size: 0, modified: 0 } },
    };
    const rows = openHdf5Rows(place);
    const words = () => {
      try {
        return rows.read(0, 1);
      } catch (error) {
        return String(error).replace(made, '');
      }
    };
    expect(words()).toMatch(/^DataError: \/stream\.h5 is no HDF5 file, or is damaged: got /);
    expect(words()).toMatch(/^DataError: \/stream\.h5 is no HDF5 file, or is damaged: got /);
  });
});

describe('stream', () => {
  it('is decided by what the inputs would take of memory', () => {
    const rows = (n: number, type = 'f4') => ({ shape: [n, 8192], type });
    expect(isStreamed('auto', rows(1000))).toBe(false);
    expect(isStreamed('auto', rows(200_000))).toBe(true);
    // as float32, from whatever they are; pixels stay bytes
    expect(isStreamed('auto', rows(40_000, 'i1'))).toBe(true);
    expect(isStreamed('auto', rows(1000, 'u1'))).toBe(false);
    expect([isStreamed(true, rows(1)), isStreamed(false, rows(200_000))]).toEqual([true, false]);
  });

  it('is what remains for inputs that are larger than an array may be', () => {
    assertHeld('a.h5', { shape: [2 ** 16, 8192], type: 'f4' });
    expect(() => assertHeld('a.h5', { shape: [2 ** 16 + 1, 8192], type: 'f4' })).toThrowErrorMatchingInlineSnapshot(
      `[DataError: a.h5 is too large to be read into memory: got 2147516416 bytes, expected at most 2147483648. Leave data.stream at auto]`,
    );
  });

  it('is refused where a file has to be read at once', async () => {
    writeFileSync('a.csv', 'x,y\n1,2\n2,3\n');
    const table = await openOwnData({ ...defaults, path: 'a.csv', stream: true }).catch(String);
    expect(table).toMatchInlineSnapshot(
      `"UsageError: a.csv cannot be streamed: expected numbers in an HDF5 file, or in a folder of .npy files. Leave data.stream at auto"`,
    );
  });

  it('says what large chunks cost', async () => {
    const lines: string[] = [];
    const path = join(made, 'stream.h5');
    await openOwnData({
      ...{ ...defaults, path, inputs: ['large'], target: 'train_label', stream: true },
      onWarning: (line) => lines.push(line.replace(made, '')),
    });
    expect(lines).toMatchInlineSnapshot(`
      [
        "/stream.h5, large has chunks of 5 rows: each row of a batch costs 5.2 MB to be unpacked. Write it without chunks, or with chunks of one row: chunks=(1, 131072)",
      ]
    `);
  });
});
