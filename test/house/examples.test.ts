/** The examples of the README and of docs/ compile as strictly as a reader's program may ask, and those marked so run. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

interface Example {
  /** the page and the line of its fence */
  readonly title: string;
  readonly source: string;
  readonly isRun: boolean;
  /** its copy, in this repository: a package may import itself by its name there, as `exports` says */
  readonly file: string;
}

const house = join(import.meta.dirname, '../..');
mkdirSync(join(house, 'dist'), { recursive: true });
const folder = mkdtempSync(join(house, 'dist/.examples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A fence, with what excuses the block or has it run: a comment in front. */
const fence = /(?:<!-- (?<mark>run|not run) -->\s*)?^```(?<language>ts|js)\n(?<source>.*?)^```$/gms;

function examplesOf(page: string): Example[] {
  const text = readFileSync(join(house, page), 'utf8');
  return [...text.matchAll(fence)].flatMap(({ groups, index }): Example[] => {
    const { mark, language, source = '' } = groups!;
    if (mark === 'not run' || !/from 'credence(\/node|\/gravitation)?'/.test(source)) return [];
    const line = text.slice(0, index).split('\n').length;
    const file = join(folder, `${page.replaceAll(/\W/g, '-')}-${line}.${language === 'ts' ? 'mts' : 'mjs'}`);
    return [{ title: `${page}:${line}`, source, isRun: mark === 'run', file }];
  });
}

const pages = readdirSync(join(house, 'docs')).filter((name) => name.endsWith('.md'));
const examples = ['README.md', ...pages.map((name) => `docs/${name}`)].flatMap(examplesOf);

beforeAll(() => {
  for (const { file, source } of examples) writeFileSync(file, source);
});

/** tsc's complaints, about files by their names alone. */
function complaints(files: readonly string[]): string {
  const strict =
    '--ignoreConfig --noEmit --strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --skipLibCheck';
  const how = '--allowJs --checkJs --module nodenext --target es2023 --lib es2023,dom --types node';
  const tsc = join(house, 'node_modules/typescript/bin/tsc');
  const words = [tsc, ...strict.split(' '), ...how.split(' '), ...files];
  const { stdout, stderr } = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
  return stdout + stderr;
}

test('all examples compile', () => {
  expect(examples.map(({ title }) => title)).toContainEqual(expect.stringMatching(/^README\.md/));
  expect(complaints(examples.map(({ file }) => file))).toBe('');
});

test('what does not compile is found', () => {
  const file = join(folder, 'wrong.mts');
  writeFileSync(
    file,
    `import { type TrainOptions } from 'credence';\nexport const a: TrainOptions = { seed: undefined };`,
  );
  expect(complaints([file])).toContain('wrong.mts(2,14): error TS2375');
});

/** What an example prints. */
function output(file: string): string {
  const words = ['--import', import.meta.resolve('tsx'), file];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

describe('each example that is marked so', () => {
  test.each(examples.filter(({ isRun }) => isRun))('runs: $title', ({ file }) => {
    expect(output(file)).not.toBe('');
  });
});

test('the regression of the README finds the noise, and does not trust itself where no data are', () => {
  const { file } = examples.find(({ title, isRun }) => title.startsWith('README.md') && isRun)!;
  const printed = output(file);
  const arrays = [...printed.matchAll(/Float64Array\(2\) \[([^\]]+)\]/g)].map(([, cells]) =>
    cells!.split(',').map(Number),
  );
  const [mean, aleatoric, epistemic] = arrays;
  // what was added to the sine has this standard deviation
  const noise = 0.1 / Math.SQRT2;
  expect(mean![0]).toBeCloseTo(Math.sin(3), 1);
  expect(aleatoric![0]! / noise).toBeCloseTo(1, 0);
  expect(epistemic![1]!).toBeGreaterThan(20 * epistemic![0]!);
  expect(Number(/rmse: ([\d.]+)/.exec(printed)?.[1]) / noise).toBeCloseTo(1, 1);
});
