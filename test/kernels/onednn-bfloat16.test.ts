/**
 * bfloat16 on oneDNN where the processor has none: its reference implementations are plain C++, and only ask whether the
 * processor has the type. A library in front of it says yes; so the descriptors, operands and layouts of the engine are
 * held to the contract everywhere, and only the speed is not that of AVX512 or AMX.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { engines } from './engines.ts';

const folder = mkdtempSync(join(tmpdir(), 'credence-bfloat16-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The path of the library, or what is missing. */
function library(): { path: string } | { missing: string } {
  if (process.platform !== 'linux') return { missing: 'LD_PRELOAD' };
  const question = '_ZN4dnnl4impl3cpu8platform';
  const source = ['21has_data_type_support', '20has_training_support'].map(
    (name) => `int ${question}${name}E16dnnl_data_type_t(int type) { return 1; }`,
  );
  writeFileSync(join(folder, 'yes.c'), source.join('\n'));
  const path = join(folder, 'yes.so');
  for (const compiler of ['gcc', 'cc', 'clang']) {
    const { status } = spawnSync(compiler, ['-shared', '-fPIC', '-o', path, join(folder, 'yes.c')]);
    if (status === 0) return { path };
  }
  return { missing: 'a C compiler: npm run setup -- compiler' };
}

const yes = library();
const hasOnednn = (await engines.find(({ name }) => name === 'onednn')!.load()) !== null;
const missing = 'missing' in yes ? yes.missing : hasOnednn ? null : 'oneDNN 3: npm run setup -- onednn';
const skipped = missing !== null && !process.env.CI;

describe.skipIf(skipped)(skipped ? `bfloat16 on oneDNN (skipped: no ${missing})` : 'bfloat16 on oneDNN', () => {
  test.each([
    ['AcdB16b32a2b', 'ABcd16b16a'],
    ['BcdA16a32b2a', 'Acdb16a'],
  ])(
    'keeps the contract with kernels in %s and their gradients in %s',
    (kernels, gradients) => {
      if (missing !== null) throw new Error(`no ${missing}`);
      const script = fileURLToPath(new URL('onednn-bfloat16.ts', import.meta.url));
      const { stdout, stderr } = spawnSync(
        process.execPath,
        ['--import', import.meta.resolve('tsx'), script, kernels, gradients],
        { env: { ...process.env, LD_PRELOAD: (yes as { path: string }).path }, encoding: 'utf8' },
      );
      expect(stderr).toBe('');
      const { failures, taken } = JSON.parse(stdout) as { failures: string[]; taken: Record<string, string> };
      expect(failures).toEqual([]);
      expect(taken).toMatchInlineSnapshot(`
        {
          "conv2d": "19 of 29",
          "conv2dBackward": "17 of 27",
          "dense": "27 of 34",
          "flipoutConv2d": "22 of 31",
          "flipoutConv2dBackward": "15 of 22",
          "matmul": "15 of 22",
        }
      `);
    },
    240_000,
  );
});
