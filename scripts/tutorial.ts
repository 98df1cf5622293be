/**
 * The tutorial's notebooks and pages, from their sources tutorial/NN-*.ts.
 *
 * npm run tutorial                 runs every notebook in Jupyter, and keeps its outputs and its page
 * npm run tutorial -- 01 05        these
 * npm run check:tutorial           writes nothing: are notebooks and pages those of the sources? Jupyter is not needed
 * npm run tutorial -- --lab        opens JupyterLab on them
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cell, faultsOf, readCells } from './tutorial/cells.ts';
import { execute, findJupyter } from './tutorial/jupyter.ts';
import { type Notebook, kernel, notebookOf, render, withOutputs, withoutOutputs } from './tutorial/notebook.ts';
import { pageOf, pictureFolder } from './tutorial/page.ts';

const words = process.argv.slice(2);
const flag = (name: string): boolean => words.includes(name);
const at = words.indexOf('--house');
const house = at < 0 ? join(import.meta.dirname, '..') : words[at + 1]!;
const sources = join(house, 'tutorial');
const pages = join(house, 'docs/tutorial');
const all = readdirSync(sources)
  .filter((file) => /^\d\d-.*\.ts$/.test(file))
  .map((file) => file.replace(/\.ts$/, ''))
  .toSorted();

function cellsOf(name: string): Cell[] {
  return readCells(`tutorial/${name}.ts`, readFileSync(join(sources, `${name}.ts`), 'utf8'));
}

function page(name: string, notebook: Notebook) {
  const place = all.indexOf(name);
  return pageOf(notebook, { name, before: all[place - 1], after: all[place + 1] });
}

function isSame(file: string, text: string): boolean {
  return existsSync(file) && readFileSync(file, 'utf8') === text;
}

/** @returns what is wrong with a notebook and its page, a line each */
function problemsOf(name: string): string[] {
  const cells = cellsOf(name);
  const problems = faultsOf(`tutorial/${name}.ts`, cells);
  const file = join(sources, `${name}.ipynb`);
  if (!existsSync(file)) return [...problems, `tutorial/${name}.ipynb is not there. Run: npm run tutorial -- ${name}`];
  const notebook = JSON.parse(readFileSync(file, 'utf8')) as Notebook;
  const own = notebook.metadata.kernelspec?.name;
  if (own !== kernel) problems.push(`tutorial/${name}.ipynb asks for the kernel ${own}, expected ${kernel}`);
  else if (render(withoutOutputs(notebook)) !== render(notebookOf(cells)))
    problems.push(`tutorial/${name}.ipynb has other cells than ${name}.ts. Run: npm run tutorial -- ${name}`);
  const { markdown, pictures } = page(name, notebook);
  const files = [
    [`${name}.md`, markdown] as const,
    ...[...pictures].map(([p, svg]) => [join(pictureFolder, p), svg] as const),
  ];
  for (const [path, text] of files) {
    if (!isSame(join(pages, path), text))
      problems.push(`docs/tutorial/${path} is not what ${name}.ipynb says. Run: npm run tutorial -- ${name}`);
  }
  return problems;
}

function check(): void {
  const problems = all.flatMap(problemsOf);
  if (all.length === 0) problems.push(`saw no source in ${sources}: the check itself is broken`);
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

function write(name: string, jupyter: string): void {
  const cells = cellsOf(name);
  const faults = faultsOf(`tutorial/${name}.ts`, cells);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  const began = performance.now();
  const { cells: ran } = execute(jupyter, name, notebookOf(cells), sources);
  const notebook = withOutputs(
    cells,
    ran.map(({ outputs = [] }) => outputs),
  );
  writeFileSync(join(sources, `${name}.ipynb`), render(notebook));
  console.log(`${name}  ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

/** Pages lead to each other, so all are written. */
function writePages(): void {
  rmSync(join(pages, pictureFolder), { recursive: true, force: true });
  mkdirSync(join(pages, pictureFolder), { recursive: true });
  for (const name of all) {
    const file = join(sources, `${name}.ipynb`);
    if (!existsSync(file)) continue;
    const { markdown, pictures } = page(name, JSON.parse(readFileSync(file, 'utf8')) as Notebook);
    for (const [picture, svg] of pictures) writeFileSync(join(pages, pictureFolder, picture), svg);
    writeFileSync(join(pages, `${name}.md`), markdown);
  }
}

function main(): void {
  if (flag('--check')) return check();
  const jupyter = findJupyter(house);
  if (flag('--lab')) {
    process.exitCode = spawnSync(jupyter, ['lab', sources], { stdio: 'inherit' }).status ?? 1;
    return;
  }
  const unknown = words.find((word) => !all.some((name) => name.startsWith(word)));
  if (unknown !== undefined) throw new Error(`no such notebook: got ${unknown}, expected one of ${all.join(', ')}`);
  for (const name of words.length === 0 ? all : all.filter((own) => words.some((word) => own.startsWith(word)))) {
    write(name, jupyter);
  }
  writePages();
}

try {
  main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
