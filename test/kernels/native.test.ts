/** Native kernels: the bits of the wasm kernels, operands outside the memory, and libraries that are not what they should be. */
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { UnavailableError } from '../../src/errors/index.ts';
import { type NativeLibrary, loadNative, nativeVectors } from '../../src/kernels/native/index.ts';
import { type WasmExports, wasmEngine } from '../../src/kernels/wasm/index.ts';
import { Random } from './generate.ts';

// Node 20 knows relaxed SIMD behind a flag only
if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');

const folder = mkdtempSync(join(tmpdir(), 'credence-native-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const platform = `${process.platform}-${process.arch}`;
const committed = new URL('../../src/kernels/native/binaries/', import.meta.url);

interface Manifest {
  binaries: Record<string, { file: string; levels: readonly string[]; sha256: string }>;
}
const manifest = JSON.parse(readFileSync(new URL('manifest.json', committed), 'utf8')) as Manifest;

const names = manifest.binaries[platform]?.levels ?? [];
const libraries = new Map<string, NativeLibrary>();
for (const name of names) {
  const library = await loadNative({ CREDENCE_NATIVE: name }).catch((error: unknown) => {
    if (error instanceof UnavailableError) return null;
    throw error;
  });
  if (library) libraries.set(name, library);
}

const missing = names.filter((name) => !libraries.has(name));
const skipped = missing.length === 0 ? '' : ` (skipped: this processor has no ${missing.join(', ')})`;

/** Where operands stand; all but the last are outputs too, one after the other. */
const memory = new WebAssembly.Memory({ initial: 80, maximum: 80, shared: true });
const slot = 64 * 4096;
const [control, scratch] = [8192, 16384];
const at = (place: number) => 65536 + place * slot;
const { exports: relaxed } = wasmEngine(memory, { build: 'relaxed' });

/** Of the ends of exp and log too, and what is no number. */
const special = [0, -0, 1, -1, 88, 89, 90, -86, -87.5, -103, -105, 1e-40, 1e38, Infinity, -Infinity, NaN];

interface Tested {
  /** @param n how many elements each slot has that is read */
  run(kernels: WasmExports, n: number): void;
  /** null: the kernel has sizes of its own */
  readonly sizes?: null;
  /** slots that are written, with bytes per element of n */
  readonly outputs: readonly [slot: number, bytesPerElement: number][];
  readonly positive?: readonly number[];
}

/** Sizes from which the native kernel is called, with tails of every kind. */
const sizes = [1024, 1025, 1031, 2047, 40_003];
const rows = (n: number) => Math.ceil(n / 32);

const tested: Readonly<Record<string, Tested>> = {
  exp: { run: (k, n) => k.exp(at(0), at(4), n), outputs: [[0, 4]] },
  log: { run: (k, n) => k.log(at(0), at(4), n), outputs: [[0, 4]] },
  softplusScale: {
    run: (k, n) => k.softplusScale(at(0), at(1), at(4), n, 1e-3),
    outputs: [
      [0, 4],
      [1, 4],
    ],
  },
  normalKlBackward: {
    run: (k, n) => k.normalKlBackward(at(0), at(1), at(4), at(5), at(6), n, 0.1, 0.7),
    outputs: [
      [0, 4],
      [1, 4],
    ],
  },
  adam: {
    run: (k, n) => k.adam(at(0), at(1), at(2), at(4), at(5), n, control, 0.1, 0.001, 1e-7),
    outputs: [
      [0, 4],
      [1, 4],
      [2, 4],
    ],
    positive: [2],
  },
  'normalNoise of one draw': {
    run: (k, n) => k.normalNoise(at(0), n, 1, 0, 2, 5, control, scratch),
    outputs: [[0, 4]],
  },
  'normalNoise of three': {
    run: (k, n) => k.normalNoise(at(0), Math.floor(n / 3), 3, 7, 5, 65535, control, scratch),
    outputs: [[0, 3]],
  },
  signNoise: {
    run: (k, n) => k.signNoise(at(0), 35, Math.floor(n / 35), 3, 9, control, scratch),
    outputs: [[0, 3.5]],
  },
  ...Object.fromEntries(
    [
      ...[
        { m: 32, n: 50, k: 8 },
        { m: 1, n: 128, k: 128 },
        { m: 7, n: 10, k: 784 },
        { m: 64, n: 33, k: 1100 },
      ],
      { m: 5, n: 97, k: 513 },
    ].flatMap(({ m, n, k }) =>
      [0, 1, 2, 3, 4, 5, 6, 7].map((bits): [string, Tested] => {
        const [transposeA, transposeB, isDense] = [bits & 1, (bits >> 1) & 1, bits >> 2];
        return [
          `matmul ${m}x${k}x${n}${transposeA ? ', a transposed' : ''}${transposeB ? ', b transposed' : ''}${isDense ? ', bias and relu' : ''}`,
          {
            run: (kernels) =>
              kernels.matmul(
                ...[at(0), at(2), at(3), m, n, k, transposeA, transposeB, isDense ? at(1) : 0, isDense, at(11)],
              ),
            outputs: [[0, (4 * m * n) / 1024]],
            sizes: null,
          },
        ];
      }),
    ),
  ),
  formBlocked: {
    run: (k, n) => k.formBlocked(at(0), at(4), at(5), at(7), rows(n), 32, at(8), at(9)),
    outputs: [[0, 4]],
  },
  'foldBlocked, first': {
    run: (k, n) => k.foldBlocked(at(0), at(1), at(4), at(7), rows(n), 32, at(8), at(9), 1),
    outputs: [
      [0, 4],
      [1, 4],
    ],
  },
  foldBlocked: {
    run: (k, n) => k.foldBlocked(at(0), at(1), at(4), at(7), rows(n), 32, at(8), at(9), 0),
    outputs: [
      [0, 4],
      [1, 4],
    ],
  },
  'formPaired of one': {
    run: (k, n) => k.formPaired(at(0), at(4), at(5), at(7), rows(n), 32, 1, at(8), at(9)),
    outputs: [[0, 2]],
  },
  'formPaired of two': {
    run: (k, n) => k.formPaired(at(0), at(4), at(5), at(7), rows(n), 32, 2, at(8), at(9)),
    outputs: [[0, 2]],
  },
  narrow: { run: (k, n) => k.narrow(at(0), at(4), n), outputs: [[0, 2]] },
  'poolWindows of images': {
    // 2 x 2 windows of 12 channels
    run: (k, n) => {
      const width = 7;
      const height = Math.floor(n / (4 * 12 * width));
      const row = 2 * width * 12 * 4;
      k.poolWindows(at(0), at(1), at(4), height, width, 12, 48, row, row + 48, 96, 2 * row, 1);
    },
    outputs: [
      [0, 0.5],
      [1, 0.125],
    ],
  },
  'poolWindows of signals': {
    // 1 x 4 windows of 4 channels
    run: (k, n) => k.poolWindows(at(0), at(1), at(4), 1, Math.floor(n / 16), 4, 16, 32, 48, 64, 0, 0),
    outputs: [
      [0, 0.5],
      [1, 0.125],
    ],
  },
  unpoolWindows: {
    run: (k, n) => {
      const width = 7;
      const height = Math.floor(n / (4 * 12 * width));
      const row = 2 * width * 12 * 4;
      k.unpoolWindows(at(0), at(4), at(5), at(10), height, width, 12, 48, row, row + 48, 96, 2 * row, 1, at(1));
    },
    outputs: [
      [0, 2],
      [1, 0.03],
    ],
  },
  rectifyGradient: {
    run: (k, n) => k.rectifyGradient(at(0), at(4), at(5), Math.floor(n / 12), 12, at(1)),
    outputs: [
      [0, 4],
      [1, 0.03],
    ],
  },
};

function fill(random: Random, { positive = [] }: Tested): void {
  const words = new Uint32Array(memory.buffer, control, 32);
  words.set([7, 11, 123_456, 3, 9]);
  new Float32Array(memory.buffer, control, 32).set([0.003, 0.8, 1e-4], 8);
  for (let place = 0; place <= 6; place++) {
    const values = new Float32Array(memory.buffer, at(place), slot / 4);
    const { data } = random.reals([values.length], -20, 20);
    for (let i = 0; i < values.length; i++) {
      const value = i % 97 < special.length && place >= 4 ? special[i % 97]! : data[i]!;
      values[i] = positive.includes(place) ? Math.abs(value) : value;
    }
  }
  // tables of runs, masks of signs, places of maxima
  const table = new Uint16Array(memory.buffer, at(7), slot / 2);
  for (let i = 0; i < table.length; i++) table[i] = random.integer(0, 14);
  for (const place of [8, 9]) {
    const masks = new Uint32Array(memory.buffer, at(place), slot / 4);
    for (let i = 0; i < masks.length; i++) masks[i] = random.integer(0, 1) * 0x80000000;
  }
  const places = new Uint8Array(memory.buffer, at(10), slot);
  for (let i = 0; i < places.length; i++) places[i] = random.integer(0, 3);
}

describe(`native kernels${skipped}`, () => {
  const levels = [...libraries].map(([name, library]) => ({
    name,
    native: nativeVectors(library).over(relaxed, memory),
  }));

  test.skipIf(levels.length === 0).each(Object.entries(tested))(
    'have the bits of relaxed SIMD, and write no more: %s',
    (kernel, one) => {
      fill(new Random(kernel), one);
      const before = new Uint8Array(memory.buffer).slice();
      for (const n of one.sizes === null ? sizes.slice(0, 1) : sizes) {
        const resultOf = (kernels: WasmExports) => {
          new Uint8Array(memory.buffer).set(before);
          one.run(kernels, n);
          // wasm uses its scratch and tables, native kernels their stack
          return withoutPayloads(new Uint8Array(memory.buffer).slice(at(0), at(11)), one);
        };
        const wide = resultOf(relaxed);
        for (const { name, native } of levels) {
          expect(Buffer.compare(wide, resultOf(native)), `${kernel} of ${n}, ${name}`).toBe(0);
        }
        for (const [place, bytes] of one.outputs) {
          const start = at(place) - at(0);
          const written = wide.subarray(start, start + Math.floor((n * bytes) / 2));
          const old = before.subarray(at(place), at(place) + written.length);
          if (written.length > 0) expect(Buffer.compare(written, old), `${kernel} writes ${place}`).not.toBe(0);
        }
      }
    },
  );

  for (const { name, native } of levels) {
    test(`${name} refuses operands outside the memory`, () => {
      const end = memory.buffer.byteLength;
      expect(() => native.exp(at(0), end - 4096, 1025)).toThrow(
        `4100 bytes at ${end - 4096} lie outside the memory of ${end} bytes`,
      );
      expect(() => native.exp(end - 4096, at(0), 1025)).toThrow(RangeError);
      expect(() => native.adam(at(0), at(1), at(2), at(3), -64, 2048, control, 0.1, 0.1, 0.1)).toThrow(RangeError);
      expect(() => native.poolWindows(at(0), at(1), at(4), 500, 500, 12, 48, 96, 144, 192, 96_000, 1)).toThrow(
        RangeError,
      );
    });
  }
});

/** Which NaN it is does not matter. */
function withoutPayloads(bytes: Uint8Array, { outputs }: Tested): Uint8Array {
  for (const [place, size] of outputs) {
    if (size === 2 && outputs.length === 1) {
      const halves = new Uint16Array(bytes.buffer, at(place) - at(0), slot / 2);
      for (const [i, half] of halves.entries()) if ((half & 0x7fff) > 0x7f80) halves[i] = 0x7fc0;
    } else {
      const words = new Uint32Array(bytes.buffer, at(place) - at(0), slot / 4);
      for (const [i, word] of words.entries()) if ((word & 0x7fffffff) > 0x7f800000) words[i] = 0x7fc00000;
    }
  }
  return bytes;
}

const messageOf = async (env: Record<string, string>, place?: Parameters<typeof loadNative>[1]) => {
  const error: unknown = await loadNative(env, place).catch((reason: unknown) => reason);
  return String(error).replaceAll(folder, 'DIR');
};

/** A folder of binaries with one file for this platform, and a manifest that says so. */
function place(name: string, bytes: Uint8Array | null, { isKnown = true }: { isKnown?: boolean } = {}) {
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  if (bytes) writeFileSync(join(own, 'kernels.so'), bytes);
  const sha256 = createHash('sha256')
    .update(bytes && isKnown ? bytes : 'another')
    .digest('hex');
  const binaries = { [platform]: { file: 'kernels.so', levels: ['v3', 'v4', 'neon'], sha256 } };
  writeFileSync(join(own, 'manifest.json'), JSON.stringify({ binaries }));
  return { folder: pathToFileURL(`${own}/`) };
}

const compilers = ['gcc', 'cc', 'clang'].filter((name) =>
  (process.env.PATH ?? '').split(':').some((path) => existsSync(join(path, name))),
);

function compiled(name: string, source: string): Uint8Array {
  const [from, to] = [join(folder, `${name}.c`), join(folder, `${name}.so`)];
  writeFileSync(from, source);
  execFileSync(compilers[0]!, ['-shared', '-fPIC', '-o', to, from]);
  return readFileSync(to);
}

describe('a library that cannot be taken', () => {
  const ours = manifest.binaries[platform];
  const bytes = ours ? readFileSync(new URL(ours.file, committed)) : null;

  test('is turned off, and that is no error', async () => {
    expect(await loadNative({ CREDENCE_NATIVE: 'off' })).toBeNull();
  });

  test('is not there, is of no known platform, or the level that is asked for is none', async () => {
    expect(await messageOf({}, { folder: pathToFileURL(`${folder}/nowhere/`) })).toMatchInlineSnapshot(
      `"UnavailableError: the native kernels are not there: got no DIR/nowhere/manifest.json"`,
    );
    expect(await messageOf({}, { platform: 'sunos-sparc' })).toMatchInlineSnapshot(
      `"UnavailableError: there are no native kernels for this platform: got sunos-sparc, expected linux-x64, linux-arm64, darwin-x64, darwin-arm64, win32-x64"`,
    );
    expect(await messageOf({ CREDENCE_NATIVE: 'v9' }, { platform: 'linux-x64' })).toMatchInlineSnapshot(
      `"UnavailableError: CREDENCE_NATIVE names no level of this platform: got v9, expected v3, v4 or off"`,
    );
    expect(await messageOf({}, place('gone', null))).toMatchInlineSnapshot(
      `"UnavailableError: the native kernels cannot be read: got ENOENT: no such file or directory, open 'DIR/gone/kernels.so'"`,
    );
  });

  test('is cut off, of another version of the package, or of another platform', async () => {
    expect(await messageOf({}, place('cut', bytes!.subarray(0, 5000), { isKnown: false }))).toContain(
      'are not those that belong to this version: got DIR/cut/kernels.so of 5000 bytes with sha256',
    );
    const other = Object.entries(manifest.binaries).find(([name]) => !name.startsWith(process.platform))![1];
    const foreign = readFileSync(new URL(other.file, committed));
    expect(await messageOf({}, place('foreign', foreign))).toContain('the native kernels cannot be loaded: got');
  });

  test('is not readable', async () => {
    const own = place('locked', null);
    mkdirSync(join(folder, 'locked/kernels.so'));
    expect(await messageOf({}, own)).toContain('the native kernels cannot be read: got E');
  });

  const why = compilers.length > 0 ? '' : ' (skipped: no C compiler: npm run setup -- compiler)';
  test.skipIf(compilers.length === 0 && !process.env.CI)(
    `has another version, lacks a function, or the processor lacks the level${why}`,
    async () => {
      const old = compiled('old', 'int version(void) { return 99; } int level(void) { return 4; }');
      expect(await messageOf({}, place('old', old))).toMatchInlineSnapshot(
        `"UnavailableError: the native kernels cannot be loaded: got DIR/old/kernels.so: version 99, and 1 is needed"`,
      );
      const bare = compiled('bare', 'int version(void) { return 1; } int level(void) { return 4; }');
      expect(await messageOf({}, place('bare', bare))).toContain('the native kernels cannot be loaded: got');
      const narrow = compiled('narrow', 'int version(void) { return 1; } int level(void) { return 3; }');
      expect(await messageOf({ CREDENCE_NATIVE: 'v4' }, place('narrow', narrow))).toMatchInlineSnapshot(
        `"UnavailableError: CREDENCE_NATIVE names a level that this processor does not have: got v4, expected v3 or neon or off"`,
      );
      // a container that hides cpuid's bits looks like an old processor
      const hidden = compiled('hidden', 'int version(void) { return 1; } int level(void) { return 0; }');
      expect(await messageOf({}, place('hidden', hidden))).toMatchInlineSnapshot(
        `"UnavailableError: this processor has no vectors wider than those of WebAssembly: got less than x86-64-v3 (AVX2, FMA, BMI2)"`,
      );
    },
  );
});

test.skipIf(!manifest.binaries[platform])('what is committed has the sha256 of its manifest', () => {
  for (const { file, sha256 } of Object.values(manifest.binaries)) {
    const bytes = readFileSync(new URL(file, committed));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
  }
  const source = readFileSync(new URL('../kernels.c', committed));
  expect(createHash('sha256').update(source).digest('hex')).toBe((manifest as unknown as { source: string }).source);
});

const hasZig = existsSync(new URL('../../.cache/zig/bin/python', import.meta.url));
const noZig = hasZig ? '' : ' (skipped: no zig: npm run setup -- zig)';

test.skipIf(!hasZig && !process.env.CI)(`compiled anew, they are the same bytes${noZig}`, () => {
  const script = fileURLToPath(new URL('../../scripts/build-native.ts', import.meta.url));
  const told = execFileSync(process.execPath, ['--import', 'tsx', script, '--check'], { encoding: 'utf8' });
  expect(told).toBe('5 binaries are those of kernels.c\n');
});
