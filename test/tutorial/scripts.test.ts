/** The tutorial's sources run from top to bottom without Jupyter: the very cells of the notebooks, each claim of which is checked. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCells } from '../../scripts/tutorial/cells.ts';
import { type Notebook, textOf } from '../../scripts/tutorial/notebook.ts';

const house = join(import.meta.dirname, '../..');
const folder = join(house, 'tutorial');
const sources = readdirSync(folder).filter((file) => /^\d\d-.*\.ts$/.test(file));

function claimsOf(text: string): string[] {
  return text.split('\n').filter((line) => line.startsWith('✓ '));
}

/** What the cells of the notebook printed when they were run in Jupyter. */
function keptOutput(name: string): string {
  const { cells } = JSON.parse(readFileSync(join(folder, `${name}.ipynb`), 'utf8')) as Notebook;
  return cells.flatMap(({ outputs = [] }) => outputs.map(({ text }) => textOf(text ?? ''))).join('');
}

describe.each(sources)('tutorial/%s', (file) => {
  test('runs from any folder, and all that it claims holds', { timeout: 300_000 }, () => {
    const name = file.replace(/\.ts$/, '');
    const cells = readCells(file, readFileSync(join(folder, file), 'utf8')).filter(({ kind }) => kind === 'code');
    const pictures = cells.reduce((sum, { text }) => sum + (text.match(/^await show\(/gm)?.length ?? 0), 0);
    const pictureOf = (n: number) => join(folder, 'pictures', `${name}-${n}.svg`);
    for (let n = 1; n <= pictures; n++) rmSync(pictureOf(n), { force: true });
    const words = ['--import', 'tsx', join(folder, file)];
    // tsx is found from here, and nothing else is
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: house, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(claimsOf(stdout).length).toBeGreaterThan(0);
    expect(claimsOf(stdout)).toEqual(claimsOf(keptOutput(name)));
    for (let n = 1; n <= pictures; n++) expect(existsSync(pictureOf(n)), pictureOf(n)).toBe(true);
  });
});
