/** Finding oneDNN, refusing what is none, and letting go of it: what the contract suite does not show. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { chooseEngine } from '../../src/compose/index.ts';
import { onednnLibraries } from '../../src/kernels/onednn/find.ts';
import { loadOnednn } from '../../src/kernels/onednn/index.ts';
import { engines, loadEngine } from './engines.ts';

const folder = mkdtempSync(join(tmpdir(), 'credence-onednn-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, contents: string): string {
  const path = join(folder, name);
  writeFileSync(path, contents);
  return path;
}

const messageOf = async (path: string, env: Record<string, string> = { CREDENCE_ONEDNN: path }) => {
  const error: unknown = await loadOnednn(env, [path]).catch((reason: unknown) => reason);
  return String(error).replaceAll(folder, 'DIR');
};

describe('the search', () => {
  test('takes what is named and nothing else', () => {
    expect(onednnLibraries({ CREDENCE_ONEDNN: '/a/libdnnl.so', CONDA_PREFIX: '/conda' })).toEqual(['/a/libdnnl.so']);
  });

  test('asks the loader, then conda, then the Python in front, without starting it', () => {
    const [bin, real] = ['venv/bin', 'python/bin'].map((name) => join(folder, name));
    for (const path of [bin, real]) mkdirSync(path, { recursive: true });
    writeFileSync(join(real, 'python3'), 'never started');
    symlinkSync(join(real, 'python3'), join(bin, 'python3'));
    const found = onednnLibraries({ PATH: `/nowhere:${bin}`, CONDA_PREFIX: '/conda', HOME: '/home' }, 'linux');
    expect(found.map((path) => path.replace(folder, 'DIR'))).toMatchInlineSnapshot(`
      [
        "libdnnl.so.3",
        "/conda/lib/libdnnl.so.3",
        "DIR/venv/lib/libdnnl.so.3",
        "DIR/python/lib/libdnnl.so.3",
        "/home/.local/lib/libdnnl.so.3",
        "/usr/local/lib/libdnnl.so.3",
        "/opt/homebrew/lib/libdnnl.so.3",
      ]
    `);
    expect(onednnLibraries({}, 'darwin')).toContain('/opt/homebrew/lib/libdnnl.3.dylib');
  });
});

describe('a library that is none', () => {
  test('is not there', async () => {
    expect(await messageOf('/nowhere/libdnnl.so.3', {})).toMatchInlineSnapshot(
      `"UnavailableError: oneDNN is not installed. Get it: npm run setup -- onednn, pip install onednn-cpu-gomp==2023.2.0, conda install onednn or brew install onednn; or name libdnnl.so.3 in CREDENCE_ONEDNN. --engine wasm needs none"`,
    );
    expect(await messageOf('/nowhere/libdnnl.so.3')).toMatchInlineSnapshot(
      `"UnavailableError: CREDENCE_ONEDNN names no oneDNN that works: got /nowhere/libdnnl.so.3, which is not there, expected the path of libdnnl.so.3, libdnnl.3.dylib or dnnl.dll of oneDNN 3"`,
    );
  });

  test('is a text, or empty', async () => {
    expect(await messageOf(file('text.so', 'not a library\n'))).toMatchInlineSnapshot(
      `"UnavailableError: CREDENCE_ONEDNN names no oneDNN that works: got DIR/text.so: file too short, expected the path of libdnnl.so.3, libdnnl.3.dylib or dnnl.dll of oneDNN 3"`,
    );
    expect(await messageOf(file('empty.so', ''))).toMatchInlineSnapshot(
      `"UnavailableError: CREDENCE_ONEDNN names no oneDNN that works: got DIR/empty.so: file too short, expected the path of libdnnl.so.3, libdnnl.3.dylib or dnnl.dll of oneDNN 3"`,
    );
    expect(await messageOf(file('broken.so', ''), {})).toMatchInlineSnapshot(
      `"UnavailableError: oneDNN is there and does not work: got DIR/broken.so: file too short. Get it: npm run setup -- onednn, pip install onednn-cpu-gomp==2023.2.0, conda install onednn or brew install onednn; or name libdnnl.so.3 in CREDENCE_ONEDNN. --engine wasm needs none"`,
    );
  });

  const compiler = ['gcc', 'cc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0);
  const there = compiler !== undefined || process.env.CI !== undefined;
  test.runIf(there)(`is something else, or version 2${there ? '' : ' (skipped: no C compiler)'}`, async () => {
    const compile = (name: string, source: string) => {
      const path = join(folder, name);
      const args = ['-shared', '-fPIC', '-o', path, '-x', 'c', '-'];
      expect(spawnSync(compiler!, args, { input: source }).status).toBe(0);
      return path;
    };
    expect(await messageOf(compile('other.so', 'int other(void) { return 1; }'))).toMatchInlineSnapshot(
      `"UnavailableError: CREDENCE_ONEDNN names no oneDNN that works: got DIR/other.so is not oneDNN: it has no dnnl_version, expected the path of libdnnl.so.3, libdnnl.3.dylib or dnnl.dll of oneDNN 3"`,
    );
    const old = 'static int version[8] = {2, 7, 3}; const void *dnnl_version(void) { return version; }';
    expect(await messageOf(compile('old.so', old))).toMatchInlineSnapshot(
      `"UnavailableError: CREDENCE_ONEDNN names no oneDNN that works: got DIR/old.so is oneDNN 2.7.3, and version 3 is needed, expected the path of libdnnl.so.3, libdnnl.3.dylib or dnnl.dll of oneDNN 3"`,
    );
    const young = 'static int version[8] = {3, 9, 1}; const void *dnnl_version(void) { return version; }';
    expect(await messageOf(compile('hollow.so', young))).toMatchInlineSnapshot(
      `"UnavailableError: CREDENCE_ONEDNN names no oneDNN that works: got DIR/hollow.so: Cannot find function 'dnnl_get_effective_cpu_isa' in shared library, expected the path of libdnnl.so.3, libdnnl.3.dylib or dnnl.dll of oneDNN 3"`,
    );
  });

  test('makes auto take wasm, and say so', async () => {
    const before = process.env.CREDENCE_ONEDNN;
    process.env.CREDENCE_ONEDNN = file('refused.so', '');
    try {
      const factory = await chooseEngine('auto');
      const { name, description } = factory.create(new WebAssembly.Memory({ initial: 2, maximum: 2, shared: true }));
      expect(name).toBe('wasm');
      expect(description.replace(/, relaxed|; native \w+/g, '').replaceAll(folder, 'DIR')).toMatchInlineSnapshot(
        `"wasm, 128-bit SIMD (CREDENCE_ONEDNN names no oneDNN that works: DIR/refused.so: file too short)"`,
      );
      await expect(chooseEngine('onednn')).rejects.toThrow('CREDENCE_ONEDNN names no oneDNN that works');
    } finally {
      if (before === undefined) delete process.env.CREDENCE_ONEDNN;
      else process.env.CREDENCE_ONEDNN = before;
    }
  });
});

const { title, skipped } = await loadEngine(engines.find(({ name }) => name === 'onednn')!);

test.skipIf(skipped)(`${title} outlives 10,000 steps of forced garbage collection and signals, and the exit`, () => {
  const soak = fileURLToPath(new URL('./onednn-soak.mjs', import.meta.url));
  // the profiler interrupts what runs by a signal, again and again
  const profiler = ['--cpu-prof', '--cpu-prof-interval', '200', '--cpu-prof-dir', folder];
  const args = ['--expose-gc', ...profiler, soak, '10000'];
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
  expect(stdout).toBe('10000 steps, finite\n');
});
