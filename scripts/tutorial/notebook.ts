/** Notebooks as Jupyter keeps them (nbformat 4.5), as far as they are read and written here. */
import type { Cell } from './cells.ts';

export interface Notebook {
  readonly cells: readonly NotebookCell[];
  readonly metadata: { readonly kernelspec?: { readonly name?: string } };
}

export interface NotebookCell {
  readonly cell_type: 'markdown' | 'code';
  readonly id: string;
  readonly metadata: object;
  readonly source: Lines;
  readonly execution_count?: number | null;
  readonly outputs?: readonly Output[];
}

/** Text, whole or in lines that keep their ends: both are allowed. */
type Lines = string | readonly string[];

/** Streams have `text`, pictures `data`; what failed has neither. */
export interface Output {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: Lines;
  readonly data?: Readonly<Record<string, Lines>>;
}

/** The kernel's name, as `deno jupyter --install` registers it. */
export const kernel = 'deno';

/** @returns the cells without outputs */
export function notebookOf(cells: readonly Cell[]): Notebook {
  return withOutputs(
    cells,
    cells.map(() => []),
  );
}

/** @param outputs of each cell; of text none */
export function withOutputs(cells: readonly Cell[], outputs: readonly (readonly Output[])[]): Notebook {
  let count = 0;
  const written = cells.map(({ kind, isAnswer, isTimed, text }, i): NotebookCell => {
    const common = { id: `cell-${String(i + 1).padStart(2, '0')}` };
    if (kind === 'markdown') {
      return { cell_type: kind, ...common, metadata: {}, source: linesOf(isAnswer ? folded(text) : text) };
    }
    const own = isTimed ? [] : outputs[i]!;
    const metadata = isAnswer
      ? { jupyter: { source_hidden: true, outputs_hidden: true }, tags: ['answer'] }
      : isTimed
        ? { tags: ['timed'] }
        : {};
    return {
      ...{ cell_type: kind, ...common, metadata, source: linesOf(text) },
      ...{ execution_count: own.length === 0 ? null : ++count, outputs: joined(own).map(clean) },
    };
  });
  const language = { file_extension: '.ts', mimetype: 'text/x.typescript', name: 'typescript' };
  const metadata = {
    kernelspec: { display_name: 'Deno', language: 'typescript', name: kernel },
    language_info: language,
  };
  return { cells: written, metadata, nbformat: 4, nbformat_minor: 5 } as Notebook;
}

/** As the formatter would have it. */
export function render(notebook: Notebook): string {
  return `${JSON.stringify(notebook, null, 1)}\n`;
}

/** What a notebook holds beside its outputs. */
export function withoutOutputs(notebook: Notebook): Notebook {
  const cells = notebook.cells.map((cell) => (cell.outputs ? { ...cell, execution_count: null, outputs: [] } : cell));
  return { ...notebook, cells };
}

export function textOf(lines: Lines): string {
  return typeof lines === 'string' ? lines : lines.join('');
}

/** What an answer that opens ends with. */
export const foldEnd = '\n\n</details>';

/** An answer that opens when it is clicked at. */
function folded(text: string): string {
  const number = /^\*\*(\d)\.\*\*/.exec(text)?.[1];
  return `<details>\n<summary>Answer${number ? ` ${number}` : ''}</summary>\n\n${text}${foldEnd}`;
}

function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/);
}

/** What a cell wrote in several strokes, one after the other, is one output. */
function joined(outputs: readonly Output[]): Output[] {
  const all: Output[] = [];
  for (const output of outputs) {
    const last = all.at(-1);
    const isMore = output.text !== undefined && last?.text !== undefined && last.name === output.name;
    if (isMore) all[all.length - 1] = { ...last, text: textOf(last.text!) + textOf(output.text) };
    else all.push(output);
  }
  return all;
}

/** An output in one form, however the kernel sent it: no counts, no times. */
function clean({ output_type, name, text, data }: Output) {
  if (text !== undefined) return { name, output_type, text: linesOf(textOf(text)) };
  const types = Object.keys(data ?? {}).toSorted();
  const own = types.map((type) => [type, linesOf(textOf(data![type]!))]);
  return { data: Object.fromEntries(own), metadata: {}, output_type };
}
