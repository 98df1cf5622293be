/** A notebook as a page that a git host shows: Markdown, with its pictures as files beside it. */
import { type Notebook, type NotebookCell, type Output, foldEnd, textOf } from './notebook.ts';

export interface Page {
  readonly markdown: string;
  /** by their file names */
  readonly pictures: ReadonlyMap<string, string>;
}

export interface PageOptions {
  /** `01-bayes-and-the-elbo` */
  readonly name: string;
  /** names of the notebooks before and after; none at the ends */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Where pictures stand, beside the pages. */
export const pictureFolder = 'pictures';

export function pageOf({ cells }: Notebook, { name, before, after }: PageOptions): Page {
  const pictures = new Map<string, string>();
  const shown = (output: Output): string => {
    const { text, data = {} } = output;
    if (text !== undefined) return fence('text', textOf(text));
    const svg = data['image/svg+xml'];
    if (svg === undefined)
      throw new Error(`${name}: an output is neither text nor a picture: ${Object.keys(data).join(', ')}`);
    const file = `${name.slice(0, 2)}-${pictures.size + 1}.svg`;
    pictures.set(file, textOf(svg));
    return `![${textOf(data['text/plain'] ?? '')}](${pictureFolder}/${file})`;
  };
  const parts: string[] = [];
  for (const cell of cells) {
    const body = bodyOf(cell, shown);
    const last = parts.at(-1);
    // code of an answer joins the words in front of it
    if (isTagged(cell, 'answer') && last?.endsWith(foldEnd)) {
      parts[parts.length - 1] = `${last.slice(0, -foldEnd.length)}\n\n${body}${foldEnd}`;
    } else {
      parts.push(body);
    }
  }
  const links = [
    `[notebook](../../tutorial/${name}.ipynb)`,
    `[script](../../tutorial/${name}.ts)`,
    ...(before === undefined ? [] : [`[before: ${titleOf(before)}](${before}.md)`]),
    ...(after === undefined ? [] : [`[next: ${titleOf(after)}](${after}.md)`]),
    '[all eight](README.md)',
  ].join(' · ');
  const origin = `<!-- Written by \`npm run tutorial\` from tutorial/${name}.ts: change that, not this page. -->`;
  return { markdown: `${[origin, links, ...parts, '---', links].join('\n\n')}\n`, pictures };
}

function titleOf(name: string): string {
  return `${name.slice(0, 2)} ${name.slice(3).replaceAll('-', ' ')}`;
}

function bodyOf(cell: NotebookCell, shown: (output: Output) => string): string {
  const { cell_type: type, source, outputs = [] } = cell;
  const text = textOf(source);
  // the page lies deeper than the notebook
  if (type === 'markdown') return text.replaceAll('](../docs/', '](../');
  const told = isTagged(cell, 'timed') ? ['*Times of your machine: run it to see them.*'] : outputs.map(shown);
  return [fence('ts', text), ...told].join('\n\n');
}

function isTagged({ metadata }: NotebookCell, tag: string): boolean {
  return 'tags' in metadata && (metadata.tags as string[]).includes(tag);
}

function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}
