/**
 * The source of a notebook: a script in the percent format (Jupytext's), which editors run cell by cell.
 *
 * `// %%` begins a cell of code, `// %% [markdown]` one of text, whose lines are comments; `answer` behind either folds it, and
 * `timed` behind code says that what it tells are times, which are not kept.
 */
export interface Cell {
  readonly kind: 'markdown' | 'code';
  /** an answer to an exercise: folded away until it is asked for */
  readonly isAnswer: boolean;
  /** what it tells is another thing on each machine: outputs are not kept */
  readonly isTimed: boolean;
  readonly text: string;
  /** of its marker in the source, 1 is the first */
  readonly line: number;
}

const marker = /^\/\/ %%(?<markdown> \[markdown\])?(?<answer> answer)?(?<timed> timed)?$/;

/** @throws Error naming file and line of what is no such source */
export function readCells(file: string, source: string): Cell[] {
  const cells: { kind: Cell['kind']; isAnswer: boolean; isTimed: boolean; line: number; lines: string[] }[] = [];
  for (const [i, line] of source.split('\n').entries()) {
    const found = marker.exec(line);
    const last = cells.at(-1);
    if (found) {
      const { markdown, answer, timed } = found.groups!;
      const [kind, isAnswer, isTimed] = [
        markdown ? 'markdown' : 'code',
        answer !== undefined,
        timed !== undefined,
      ] as const;
      cells.push({ kind, isAnswer, isTimed, line: i + 1, lines: [] });
    } else if (line.startsWith('// %%') || (!last && line !== '')) {
      throw new Error(`${file}:${i + 1} begins no cell: got ${line}, expected // %% or // %% [markdown]`);
    } else if (last?.kind === 'markdown' && !/^(\/\/( .*)?)?$/.test(line)) {
      throw new Error(`${file}:${i + 1} is no text: got ${line}, expected // and a blank in front of it`);
    } else {
      last?.lines.push(last.kind === 'markdown' ? line.replace(/^\/\/ ?/, '') : line);
    }
  }
  return cells.map(({ lines, ...cell }) => ({ ...cell, text: lines.join('\n').trim() }));
}

/** Lines of code that a cell may have: more than a reader keeps in mind. */
const mostLines = 25;

/** What a cell of the tutorial may import. */
const imports = /^(credence(\/node|\/gravitation)?|\.\/tools\.ts|node:.*)$/;

/** @returns what the house's rules have against the cells of a notebook, one line each */
export function faultsOf(file: string, cells: readonly Cell[]): string[] {
  const faults: string[] = [];
  for (const { kind, text, line } of cells) {
    const at = `${file}:${line}`;
    if (text === '') faults.push(`${at} is an empty cell`);
    if (kind === 'markdown') {
      faults.push(...brokenFormulas(text).map((formula) => `${at} breaks a formula at the end of a line: ${formula}`));
      continue;
    }
    const lines = text.split('\n').length;
    if (lines > mostLines) faults.push(`${at} has ${lines} lines; a cell has at most ${mostLines}`);
    for (const [, from] of text.matchAll(/\bfrom '([^']*)'|\bimport\('[^']*'\)/g)) {
      if (!imports.test(from ?? ''))
        faults.push(`${at} imports ${from}; cells import credence, ./tools.ts and Node's own`);
    }
  }
  const head = cells[0]?.text ?? '';
  if (!/^# \d\d /.test(head)) faults.push(`${file}:1 does not begin with a heading such as # 01 Bayes`);
  if (!head.includes('**Needs**')) faults.push(`${file}:1 does not say what it **Needs** of its reader`);
  const exercises = cells
    .filter(({ text }) => /^## Exercises$/m.test(text))
    .flatMap(({ text }) => text.match(/^\d\. /gm));
  if (exercises.length !== 3) faults.push(`${file} has ${exercises.length} exercises below ## Exercises, expected 3`);
  if (!cells.some(({ isAnswer }) => isAnswer)) faults.push(`${file} has no answers`);
  if (!cells.some(({ text }) => /^## References$/m.test(text))) faults.push(`${file} has no ## References`);
  return faults;
}

/** A formula within a text has to end on its line: what begins the next one, a + say, would begin a list. */
function brokenFormulas(text: string): string[] {
  return text
    .replaceAll(/\$\$[^$]*\$\$/g, '')
    .split('\n')
    .filter((line) => (line.match(/\$/g)?.length ?? 0) % 2 === 1);
}
