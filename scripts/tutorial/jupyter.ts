/** Jupyter and Deno's kernel: found where `npm run setup -- jupyter` put them, or on the path; and asked to run a notebook. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Notebook, kernel, render, textOf } from './notebook.ts';

const remedy = 'Get both: npm run setup -- jupyter. Or run the same cells without them: npx tsx tutorial/01-*.ts';

/**
 * @param house the repository
 * @returns the command `jupyter`, which knows Deno's kernel
 * @throws Error saying what is missing and how to get it
 */
export function findJupyter(house: string): string {
  const own = join(house, '.cache/jupyter/bin/jupyter');
  const jupyter = existsSync(own) ? own : 'jupyter';
  const { error, status, stdout } = spawnSync(jupyter, ['kernelspec', 'list', '--json'], { encoding: 'utf8' });
  if (error || status !== 0) throw new Error(`Jupyter is not here. ${remedy}`);
  const { kernelspecs } = JSON.parse(stdout) as { kernelspecs: Record<string, unknown> };
  if (kernel in kernelspecs) return jupyter;
  const others = Object.keys(kernelspecs).join(', ') || 'none';
  throw new Error(`Jupyter does not know Deno's kernel: got ${others}, expected ${kernel}. ${remedy}`);
}

/**
 * Runs the cells of a notebook from top to bottom.
 * @param folder that the kernel works in: where the notebook lies
 * @returns the same with outputs
 * @throws Error with the cell that failed, and what it said
 */
export function execute(jupyter: string, name: string, notebook: Notebook, folder: string): Notebook {
  const scratch = mkdtempSync(join(tmpdir(), 'credence-notebook-'));
  // in the notebook's folder, where its kernel works, and under a name that nobody else has
  const copy = join(folder, `.run-${process.pid}-${name}.ipynb`);
  try {
    writeFileSync(copy, render(patient(notebook)));
    const how = ['--execute', '--ExecutePreprocessor.record_timing=False', '--ExecutePreprocessor.timeout=600'];
    const words = ['nbconvert', '--to', 'notebook', ...how, '--output-dir', scratch, '--output', 'done.ipynb', copy];
    const env = { ...process.env, NO_COLOR: '1' };
    const { status, stderr } = spawnSync(jupyter, words, { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${name}.ipynb did not run to its end:\n${tailOf(stderr)}`);
    return JSON.parse(readFileSync(join(scratch, 'done.ipynb'), 'utf8')) as Notebook;
  } finally {
    rmSync(copy, { force: true });
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * Deno's kernel says that a cell is done before all that it printed is on its way, and what comes later is lost: each cell waits
 * a moment.
 */
function patient(notebook: Notebook): Notebook {
  const moment = '\nawait new Promise((resolve) => setTimeout(resolve, 200));';
  const cells = notebook.cells.map((cell) => (cell.outputs ? { ...cell, source: textOf(cell.source) + moment } : cell));
  return { ...notebook, cells };
}

/** The cell and its error: what nbclient says at the end, behind Python's own calls. */
function tailOf(stderr: string): string {
  const at = stderr.lastIndexOf('An error occurred while executing');
  return stderr.slice(at < 0 ? -2000 : at).trim();
}
