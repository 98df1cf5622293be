import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const house = join(import.meta.dirname, '../..');
const root = mkdtempSync(join(tmpdir(), 'credence-checks-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(file: string, source: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), `${source}\n`);
}

/** Runs a script of package.json in the small house; one that is a file of the large house's is told where to look. */
function check(script: string): { status: number | null; output: string } {
  const [cwd, ...words] = script === 'check:browser' ? [house, '--', root] : [root];
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', script, ...words], { cwd, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

beforeAll(() => {
  for (const file of ['package.json', 'tsconfig.json', 'biome.json', '.oxlintrc.json', 'knip.json', '.gitignore'])
    cpSync(join(house, file), join(root, file));
  symlinkSync(join(house, 'node_modules'), join(root, 'node_modules'));
  spawnSync('git', ['init', '--quiet'], { cwd: root });
  write('src/index.ts', `export { half } from './errors/index.ts';\nexport * from './random/index.ts';`);
  write('src/random/index.ts', 'export const four = 4;');
  write('src/errors/index.ts', 'export function half(x: number): number {\n  return x / 2;\n}');
  write('src/cli/main.ts', `#!/usr/bin/env node\nimport { half } from '../index.ts';\n\nconsole.log(half(1));`);
});

/** What each check has to find, and a word of how it says so. */
const faults: { script: string; file: string; source: string; says: string }[] = [
  { script: 'check:format', file: 'src/errors/ugly.ts', source: 'export const x = "1"', says: 'ugly.ts format' },
  { script: 'check:types', file: 'src/errors/types.ts', source: `export const x: number = '1';`, says: 'TS2322' },
  { script: 'check:types', file: 'src/errors/enum.ts', source: 'export enum Colour {\n  red,\n}', says: 'TS1294' },
  { script: 'check:lint', file: 'src/errors/any.ts', source: 'export let x: any;', says: 'no-explicit-any' },
  {
    script: 'check:lint',
    file: 'src/errors/floating.ts',
    source: 'export function f(): void {\n  Promise.resolve(1);\n}',
    says: 'no-floating-promises',
  },
  { script: 'check:lint', file: 'src/errors/unused.ts', source: 'const unused = 1;', says: 'no-unused-vars' },
  { script: 'check:lint', file: 'src/errors/self.ts', source: `export * from './self.ts';`, says: 'self' },
  {
    script: 'check:lint',
    file: 'src/random/node.ts',
    source: 'export const folder = process.cwd();',
    says: 'no-restricted-globals',
  },
  {
    script: 'check:lint',
    file: 'test/errors/only.test.ts',
    source: `import { test } from 'vitest';\n\ntest.only('x', () => {});`,
    says: 'no-focused-tests',
  },
  { script: 'check:unused', file: 'src/errors/dead.ts', source: 'export const dead = 1;', says: 'src/errors/dead.ts' },
  {
    script: 'check:browser',
    file: 'src/random/index.ts',
    source: `export { readFileSync } from 'node:fs';`,
    says: 'esbuild: Could not resolve "node:fs"',
  },
  {
    script: 'check:browser',
    file: 'src/random/index.ts',
    source: `export { cpus } from 'node:os';`,
    says: 'Module "node:os" has been externalized for browser compatibility',
  },
  {
    script: 'check:browser',
    file: 'src/random/index.ts',
    source: 'export const isNegativeZero = (x: number): boolean => x === -0;',
    says: 'esbuild: Comparison with -0',
  },
];

describe('each check', () => {
  test('finds no fault where there is none', () => {
    for (const script of ['check:format', 'check:types', 'check:lint', 'check:browser']) {
      const { status, output } = check(script);
      expect(status, `${script}: ${output}`).toBe(0);
    }
  });

  test.each(faults)('$script fails for $file', ({ script, file, source, says }) => {
    const before = existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : null;
    write(file, source);
    try {
      const { status, output } = check(script);
      expect(output).toContain(says);
      expect(status).not.toBe(0);
    } finally {
      rmSync(join(root, file));
      if (before !== null) write(file, before.trimEnd());
    }
  });
});
