import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rooms } from '../../.dependency-cruiser.mjs';

/** What a careless author might write, and the rule that has to name it. */
const violations: { rule: string; file: string; source: string }[] = [
  { rule: 'direction-errors', file: 'src/errors/planted.ts', source: `import '../cli/index.ts';` },
  { rule: 'direction-graph', file: 'src/graph/planted.ts', source: `import '../kernels/index.ts';` },
  { rule: 'direction-layers', file: 'src/layers/planted.ts', source: `import type { X } from '../models/index.ts';` },
  { rule: 'direction-likelihoods', file: 'src/likelihoods/planted.ts', source: `import '../models/index.ts';` },
  { rule: 'direction-run', file: 'src/run/planted.ts', source: `import '../compose/index.ts';` },
  { rule: 'direction-train', file: 'src/train/planted.ts', source: `export { run } from '../cli/index.ts';` },
  { rule: 'known-rooms', file: 'src/utils/planted.ts', source: `import '../errors/index.ts';` },
  { rule: 'through-the-index', file: 'src/train/past.ts', source: `import '../graph/hidden.ts';` },
  { rule: 'through-the-index', file: 'src/train/later.ts', source: `await import('../graph/hidden.ts');` },
  {
    rule: 'engines-are-chosen-at-the-top',
    file: 'src/train/chooses.ts',
    source: `import '../kernels/wasm/index.ts';`,
  },
  {
    rule: 'engines-are-chosen-at-the-top',
    file: 'src/kernels/chooses.ts',
    source: `import './reference/index.ts';`,
  },
  {
    rule: 'engines-are-chosen-at-the-top',
    file: 'src/cli/chooses.ts',
    source: `import '../kernels/wasm/index.ts';`,
  },
  { rule: 'words-are-not-values', file: 'src/cli/reads.ts', source: `import type { X } from '../comm/index.ts';` },
  {
    rule: 'engines-do-not-know-each-other',
    file: 'src/kernels/reference/knows.ts',
    source: `import '../wasm/hidden.ts';`,
  },
  { rule: 'no-node-in-portable-rooms', file: 'src/random/reads.ts', source: `import 'node:fs';` },
  { rule: 'no-node-in-portable-rooms', file: 'src/likelihoods/reads.ts', source: `import 'node:os';` },
  { rule: 'no-node-in-portable-rooms', file: 'src/data/reads.ts', source: `import 'node:fs';` },
  { rule: 'no-node-in-portable-rooms', file: 'src/kernels/wasm/reads.ts', source: `import 'fs';` },
  { rule: 'no-node-in-portable-rooms', file: 'src/comm/solo.ts', source: `import 'node:os';` },
  {
    rule: 'no-cycles',
    file: 'src/optim/cycle.ts',
    source: `import type { B } from './round.ts'; export type A = 1 | B;`,
  },
  { rule: 'no-tests-in-the-product', file: 'src/data/tests.ts', source: `import '../../test/support.ts';` },
  { rule: 'only-runtime-dependencies', file: 'src/data/tools.ts', source: `import 'vitest';` },
  { rule: 'no-missing-files', file: 'src/data/missing.ts', source: `import './nowhere.ts';` },
];

const house = join(import.meta.dirname, '../..');
const root = mkdtempSync(join(tmpdir(), 'credence-rooms-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(file: string, source: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), `${source}\n`);
}

function check(): { status: number | null; stdout: string; stderr: string } {
  const script = join(house, 'scripts/check-rooms.ts');
  return spawnSync(process.execPath, ['--import', 'tsx', script, root], { cwd: house, encoding: 'utf8' });
}

/** A house of the same plan with almost nothing in it: what fails there fails for the planted file alone. */
beforeAll(() => {
  for (const room of [...rooms, 'kernels/reference', 'kernels/wasm', 'kernels/onednn', 'comm/threads', 'comm/mpi'])
    write(`src/${room}/index.ts`, `import './hidden.ts';\nexport const run = 1;\nexport type X = 1;`);
  for (const room of [...rooms, 'kernels/reference', 'kernels/wasm', 'kernels/onednn', 'comm/threads', 'comm/mpi'])
    write(`src/${room}/hidden.ts`, 'export const hidden = 1;');
  write('src/optim/round.ts', '');
  write('test/support.ts', '');
  // What is allowed must not be reported.
  write(
    'src/machine/allowed.ts',
    `import '../kernels/wasm/index.ts'; import '../comm/mpi/index.ts'; import 'node:fs';`,
  );
  write('src/cli/allowed.ts', `import '../machine/index.ts'; import 'node:fs';`);
  write('src/compose/allowed.ts', `import '../kernels/onednn/index.ts'; import '../comm/threads/index.ts';`);
  write('src/datasets/allowed.ts', `import '../data/index.ts'; import 'node:fs';`);
  write('src/run/allowed.ts', `import '../train/index.ts'; import 'node:fs';`);
  write(
    'src/kernels/onednn/allowed.ts',
    `import '../wasm/index.ts'; import 'node:os'; import '../../errors/index.ts';`,
  );
  write('src/comm/mpi/allowed.ts', `import 'node:worker_threads'; import '../hidden.ts';`);
  write('src/node.ts', `import './kernels/onednn/index.ts'; import './compose/index.ts';`);
  write('src/index.ts', `import './kernels/wasm/index.ts'; import './train/index.ts';`);
  cpSync(join(house, 'package.json'), join(root, 'package.json'));
  symlinkSync(join(house, 'node_modules'), join(root, 'node_modules'));
});

describe('the boundaries of the rooms', () => {
  test('hold in a house without faults', () => {
    const { status, stdout, stderr } = check();
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^\d+ modules, 0 violations\n$/);
    expect(status).toBe(0);
  });

  test('are reported, each by its rule, where they are broken', () => {
    write('src/optim/round.ts', `import type { A } from './cycle.ts'; export type B = 2 | A;`);
    for (const { file, source } of violations) write(file, source);
    const { status, stderr } = check();
    expect(status).toBe(1);
    const reported = stderr.split('\n');
    for (const { rule, file } of violations)
      expect(reported, `${file} under ${rule}`).toContainEqual(expect.stringContaining(`${rule}: ${file} -> `));
    expect(reported.filter((line) => line.includes('allowed.ts'))).toEqual([]);
  });

  test('are not taken for whole when nothing was read', () => {
    rmSync(join(root, 'src'), { recursive: true });
    mkdirSync(join(root, 'src'));
    const { status, stderr } = check();
    expect(stderr).toContain('saw 0 of 0 files of src: the check itself is broken');
    expect(status).toBe(1);
  });
});
