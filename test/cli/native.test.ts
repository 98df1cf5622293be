/** What the command does where ranks, or the starts of a run, have not the same native kernels. */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isInstalled, mpis } from '../comm/launch-mpi.ts';
import { built, endOf, folder, writeDigits } from './process.ts';

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const data = writeDigits('digits');
const words = [
  ...['train', 'BNN_FC_flip', '--data', data, '--iteration', '12', '--batchSize', '20', '--replicas', '2'],
  ...['--engine', 'wasm', '--draws', '1'],
];

const run = (program: string, args: readonly string[], native: string) =>
  endOf(
    spawn(program, args, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '', FORCE_COLOR: '0', CREDENCE_NATIVE: native },
    }),
  );
const shaOf = (stdout: string) => (JSON.parse(stdout) as { parametersSha256: string }).parametersSha256;

for (const mpi of mpis) {
  const isSkipped = !isInstalled(mpi) && !process.env.CI;
  const why = isSkipped ? ` (skipped: apt-get install ${mpi.package})` : '';
  test.skipIf(isSkipped)(`ranks of which one has none do without, ${mpi.name}${why}`, async () => {
    const out = `mixed-${mpi.package}`;
    const rank = [process.execPath, built, ...words, '--json', '--out', out];
    const [launcher, ...flags] = mpi.command;
    const mixed = ['-n', '1', ...rank, ':', '-n', '1', 'env', 'CREDENCE_NATIVE=off', ...rank];
    const { code, stdout, stderr } = await run(launcher!, [...flags, ...mixed], '');
    expect(code, stderr).toBe(0);
    const alone = [built, ...words, '--json', '--ranks', '1', '--out', `alone-${mpi.package}`];
    expect(shaOf(stdout)).toBe(shaOf((await run(process.execPath, alone, 'off')).stdout));
    const [start] = readFileSync(join(folder, out, 'starts.jsonl'), 'utf8').split('\n');
    expect((JSON.parse(start!) as { engine: string }).engine).not.toContain('native');
  });
}

test('a level that is none is refused, before anything is made', async () => {
  const { code, stderr } = await run(process.execPath, [built, ...words, '--out', 'refused'], 'v9');
  expect(code).toBe(1);
  expect(stderr).toContain('credence: CREDENCE_NATIVE names no level of this platform: got v9, expected ');
});

const hasNative = process.platform === 'linux' && process.arch === 'x64';
test.skipIf(!hasNative)('a run that goes on with others says so, and records both', async () => {
  const first = await run(process.execPath, [built, ...words, '--out', 'run'], 'v3');
  expect(first.code, first.stderr).toBe(0);
  const { stderr } = await run(process.execPath, [built, 'train', '--resume', 'run', '--iteration', '20'], 'off');
  expect(stderr.replaceAll(', relaxed', '')).toContain(
    'it was trained with wasm, 128-bit SIMD; native v3 so far, and goes on with wasm, 128-bit SIMD: the last bits may differ\n',
  );
  const engines = readFileSync(join(folder, 'run/starts.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { engine: string }).engine.replace(', relaxed', ''));
  expect(engines).toEqual(['wasm, 128-bit SIMD; native v3', 'wasm, 128-bit SIMD']);
});
