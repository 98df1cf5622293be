import { palette } from '../figures/draw.ts';
import { xmlText } from '../xml.ts';

/** The page around a report: one file that needs nothing else, for screens light and dark, and for paper. */

export function escape(text: string): string {
  return xmlText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** @param rows cells as text; those of the head are those of the columns */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: 'th' | 'td') =>
    `<tr>${cells.map((cell) => `<${tag}${hasLongWord(cell) ? ' class="long"' : ''}>${escape(cell)}</${tag}>`).join('')}</tr>`;
  return `<div class="wide"><table><thead>${line(head, 'th')}</thead><tbody>${rows
    .map((row) => line(row, 'td'))
    .join('\n')}</tbody></table></div>`;
}

/** A path, say: it may be broken anywhere, where numbers and names are not. */
function hasLongWord(text: string): boolean {
  return /\S{25}/.test(text);
}

export function list(items: readonly string[], kind: 'problems' | 'notes'): string {
  return items.length === 0
    ? ''
    : `<ul class="${kind}">${items.map((item) => `<li>${escape(item)}</li>`).join('\n')}</ul>`;
}

/**
 * A figure that a screen reader tells by its caption.
 * @param svg a whole SVG document, as the figures of this room are
 */
export function figure(svg: string, caption: string): string {
  const [title] = caption.split(/[:.]\s/, 1);
  const described = svg.replace(/<svg\b([^>]*)>/, (_tag, attributes: string) => {
    const own = attributes.replaceAll(/\s(role|aria-[a-z]+)="[^"]*"/g, '');
    const words = title ? `<title>${escape(title)}</title><desc>${escape(caption)}</desc>` : '';
    return `<svg${own} role="img">${words}`;
  });
  return `<figure tabindex="0">${described}<figcaption>${escape(caption)}</figcaption></figure>`;
}

export function page(title: string, body: string): string {
  return document(title, `<h1>${escape(title)}</h1>\n${withOwnNames(body)}`, { policy, style });
}

/**
 * The page for a server that fills it, and whose answers have a policy of their own.
 * @param body figures in it have names of their own (`withOwnNames`)
 */
export function livePage(
  title: string,
  body: string,
  own: { readonly style: string; readonly script: string },
): string {
  return document(title, body, { policy: null, style: style + own.style, script: own.script });
}

const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

interface Head {
  readonly policy: string | null;
  readonly style: string;
  readonly script?: string;
}

function document(title: string, body: string, head: Head): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${head.policy === null ? '' : `<meta http-equiv="Content-Security-Policy" content="${head.policy}">\n`}<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${head.style}</style>
</head>
<body>
${body}
${head.script === undefined ? '' : `<script>${head.script}</script>\n`}</body>
</html>
`;
}

/**
 * Every figure numbers its clip paths from 0; in one page each needs names of its own.
 * @param part of a page that is made of parts: what its names begin with
 */
export function withOwnNames(body: string, part = ''): string {
  let figures = 0;
  return body.replaceAll(/<svg[\s\S]*?<\/svg>/g, (svg) => {
    const own = `${part}figure${++figures}-`;
    return svg.replaceAll(/(id="|url\(#)(clip|gradient)/g, `$1${own}$2`);
  });
}

const blueInTheDark = '#2b8fd6';

const style = `
:root { color-scheme: light dark; --ground: #ffffff; --ink: #1f2328; --faint: #d1d9e0; --soft: #59636e; --warn: #9a6700; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #0d1117; --ink: #e6edf3; --faint: #30363d; --soft: #9198a1; --warn: #d29922; }
}
/* the first colour of the figures is too dark for thin lines on a dark page */
@media screen and (prefers-color-scheme: dark) {
  figure svg [fill="${palette[0]}"] { fill: ${blueInTheDark}; }
  figure svg [stroke="${palette[0]}"] { stroke: ${blueInTheDark}; }
}
body { background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif;
  max-width: 980px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; margin: 0 0 0.5rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 0.5rem; padding-top: 0.5rem; border-top: 1px solid var(--faint); }
h3 { font-size: 1.05rem; margin: 1.5rem 0 0.5rem; }
h4 { font-size: 0.95rem; margin: 1.25rem 0 0.25rem; }
.wide { overflow-x: auto; margin-bottom: 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.25rem 0.75rem 0.25rem 0; text-align: left; border-bottom: 1px solid var(--faint); vertical-align: top; }
th { font-weight: 600; }
figure { margin: 1rem 0; overflow-x: auto; }
figure svg { max-width: 100%; height: auto; }
.gallery { display: flex; flex-wrap: wrap; gap: 0.75rem; list-style: none; padding: 0; margin: 0; }
.gallery li { display: flex; flex-direction: column; font-size: 0.85rem; line-height: 1.35; }
.gallery img { width: 84px; height: 84px; object-fit: contain; image-rendering: pixelated; background: #000000; margin-bottom: 0.25rem; }
.gallery + figcaption { margin-top: 0.5rem; }
/* on a phone a figure keeps its letters' size, and is moved by the finger */
@media screen and (max-width: 640px) { figure svg { max-width: none; } th, td { padding-right: 0.5rem; } }
.verdict { font-size: 1.05rem; border-left: 4px solid var(--faint); padding: 0.25rem 0 0.25rem 0.9rem; margin: 1rem 0; }
figcaption, .notes { color: var(--soft); font-size: 0.9rem; }
.problems { color: var(--warn); }
/* last: what is said later counts */
@page { margin: 1cm; }
@media print {
  :root { color-scheme: light; --ground: #ffffff; --ink: #000000; --faint: #bbbbbb; --soft: #333333; --warn: #7a5200; }
  body { font-size: 10.5pt; max-width: none; margin: 0; padding: 0; }
  figure, tr, h2, h3, h4 { break-inside: avoid; }
  .wide { overflow: visible; }
  table { font-size: 8.5pt; }
  th, td { padding-right: 0.4rem; }
  .long { overflow-wrap: anywhere; }
  .gallery { gap: 0.4rem; }
  .gallery li { font-size: 7.5pt; }
  .gallery img { width: 76px; height: 76px; }
  h2, h3, h4 { break-after: avoid; }
}
`;
