/** A notebook in Jupyter itself, with Deno's kernel, and what is said where one of the two is missing. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { execute, findJupyter } from '../../scripts/tutorial/jupyter.ts';
import { type Notebook, withOutputs, withoutOutputs } from '../../scripts/tutorial/notebook.ts';
import { readCells } from '../../scripts/tutorial/cells.ts';

const house = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'credence-jupyter-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isHere = existsSync(join(house, '.cache/jupyter/bin/jupyter'));

test('Jupyter is here where CI is', () => {
  expect(isHere || !process.env['CI']).toBe(true);
});

describe.skipIf(!isHere)(`the first notebook in Jupyter${isHere ? '' : ' (skipped: npm run setup -- jupyter)'}`, () => {
  const tutorial = join(house, 'tutorial');
  const cellsOf = (name: string) => readCells(name, readFileSync(join(tutorial, `${name}.ts`), 'utf8'));
  const kept = JSON.parse(readFileSync(join(tutorial, '01-bayes-and-the-elbo.ipynb'), 'utf8')) as Notebook;

  test('prints and draws what is kept of it, but for last digits', { timeout: 120_000 }, () => {
    const ran = execute(findJupyter(house), '01', withoutOutputs(kept), tutorial);
    const outputs = ran.cells.map(({ outputs: own = [] }) => own);
    const again = withOutputs(cellsOf('01-bayes-and-the-elbo'), outputs);
    const shape = (notebook: Notebook) =>
      notebook.cells.map(({ outputs: own = [] }) => own.map(({ output_type: type, text }) => [type, text?.length]));
    expect(shape(again)).toEqual(shape(kept));
  });

  test('a cell that fails is told with its error', { timeout: 60_000 }, () => {
    const cells = readCells('x', "// %%\nthrow new Error('planted');");
    const notebook = withOutputs(cells, [[]]);
    expect(() => execute(findJupyter(house), 'x', notebook, tutorial)).toThrow(/^x\.ipynb did not run[^]*planted/);
  });
});

/** A house with a Jupyter that answers so. */
function houseWith(answer: string): string {
  const root = mkdtempSync(join(folder, 'house-'));
  mkdirSync(join(root, '.cache/jupyter/bin'), { recursive: true });
  const file = join(root, '.cache/jupyter/bin/jupyter');
  writeFileSync(file, `#!/bin/sh\n${answer}\n`);
  chmodSync(file, 0o755);
  return root;
}

describe('what is missing', () => {
  test('Jupyter', () => {
    expect(() => findJupyter(houseWith('exit 1'))).toThrowErrorMatchingInlineSnapshot(
      `[Error: Jupyter is not here. Get both: npm run setup -- jupyter. Or run the same cells without them: npx tsx tutorial/01-*.ts]`,
    );
  });

  test("Deno's kernel", () => {
    const root = houseWith(`echo '{"kernelspecs":{"python3":{}}}'`);
    expect(() => findJupyter(root)).toThrowErrorMatchingInlineSnapshot(
      `[Error: Jupyter does not know Deno's kernel: got python3, expected deno. Get both: npm run setup -- jupyter. Or run the same cells without them: npx tsx tutorial/01-*.ts]`,
    );
  });
});

/** Runs the check on a house of one notebook. */
function check(root: string): string {
  const words = ['--import', 'tsx', join(house, 'scripts/tutorial.ts'), '--check', '--house', root];
  return spawnSync(process.execPath, words, { cwd: house, encoding: 'utf8' }).stderr;
}

test('a notebook of another kernel, and one whose source went on, are found', () => {
  const root = mkdtempSync(join(folder, 'house-'));
  mkdirSync(join(root, 'tutorial'));
  mkdirSync(join(root, 'docs/tutorial/pictures'), { recursive: true });
  const name = '01-bayes-and-the-elbo';
  const file = join(root, 'tutorial', `${name}.ipynb`);
  const source = readFileSync(join(house, 'tutorial', `${name}.ts`), 'utf8');
  const notebook = readFileSync(join(house, 'tutorial', `${name}.ipynb`), 'utf8');
  writeFileSync(join(root, 'tutorial', `${name}.ts`), source);
  const first = () => check(root).split('\n')[0];
  expect(first()).toMatchInlineSnapshot(
    `"tutorial/01-bayes-and-the-elbo.ipynb is not there. Run: npm run tutorial -- 01-bayes-and-the-elbo"`,
  );
  writeFileSync(file, notebook.replace('"name": "deno"', '"name": "python3"'));
  expect(first()).toMatchInlineSnapshot(
    `"tutorial/01-bayes-and-the-elbo.ipynb asks for the kernel python3, expected deno"`,
  );
  writeFileSync(file, notebook.replace('A first posterior', 'The first posterior'));
  expect(first()).toMatchInlineSnapshot(
    `"tutorial/01-bayes-and-the-elbo.ipynb has other cells than 01-bayes-and-the-elbo.ts. Run: npm run tutorial -- 01-bayes-and-the-elbo"`,
  );
  writeFileSync(file, notebook);
  expect(first()).toMatchInlineSnapshot(
    `"docs/tutorial/01-bayes-and-the-elbo.md is not what 01-bayes-and-the-elbo.ipynb says. Run: npm run tutorial -- 01-bayes-and-the-elbo"`,
  );
});
