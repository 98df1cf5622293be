/** `figures/` of a report: each figure as SVG and PNG, and what it shows as JSON. */
import { join } from 'node:path';
import { writeRunFile } from '../run/index.ts';
import type { AlbumFigure } from './page/album.ts';
import { escape } from './page/html.ts';
import { toOutlines, toPng } from './png.ts';

/**
 * `NAME.svg`, whose letters are outlines and look alike everywhere, `NAME.png`, three pixels for each of the SVG's, and
 * `NAME.json`: caption and drawn rows, mark by mark.
 * @returns the paths of all files
 * @throws RunFolderError if one cannot be written
 */
export async function writeFigures(folder: string, figures: readonly AlbumFigure[]): Promise<readonly string[]> {
  const paths: string[] = [];
  const write = (name: string, content: string | Uint8Array) => {
    writeRunFile(folder, join('figures', name), typeof content === 'string' ? content : [content]);
    paths.push(join(folder, 'figures', name));
  };
  for (const { name, caption, svg, data } of figures) {
    const words = `<title>${escape(name)}</title><desc>${escape(caption)}</desc>`;
    write(
      `${name}.svg`,
      (await toOutlines(svg)).replace(/<svg\b[^>]*>/, (tag) => `${tag}\n${words}`),
    );
    write(`${name}.png`, await toPng(svg, { scale: 3 }));
    write(`${name}.json`, `${JSON.stringify({ figure: name, caption, marks: data })}\n`);
  }
  return paths;
}
