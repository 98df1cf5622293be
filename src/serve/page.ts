/** The page around the parts of a report: a line that says how the run is, and what fills the rest as it goes on. */
import { escape, livePage } from '../report/index.ts';
import type { DrawnPart } from './drawing.ts';
import type { Progress } from './progress.ts';
import { script } from './script.ts';

export interface PageNow {
  readonly title: string;
  /** `credence report RUN`, for when the page is no longer filled */
  readonly keep: string;
  readonly progress: Progress;
  /** all of them, in their order */
  readonly parts: readonly DrawnPart[];
  /** of the parts */
  readonly revision: number;
}

/** The page as it is now; its script asks for what comes after. */
export function renderPage({ title, keep, progress, parts, revision }: PageNow): string {
  const { state, detail, share } = progress;
  const sections = parts.map(({ name, html }) => `<section id="${name}">${html}</section>`).join('\n');
  const body = `<h1>${escape(title)}</h1>
<header>
<p><strong id="state" role="status" aria-live="polite">${escape(state)}</strong> <span id="detail">${escape(detail)}</span></p>
<progress id="steps" aria-label="steps that are done" max="1"${share === null ? '' : ` value="${share}"`}></progress>
<nav id="parts" aria-label="Parts of the page"></nav>
<button id="pause" type="button" aria-pressed="false">Pause</button>
</header>
<noscript><p>The page is filled by a script. Without one: ${escape(keep)}</p></noscript>
<main data-revision="${revision}" data-keep="${escape(keep)}">
${sections}
</main>`;
  return livePage(title, body, { style, script });
}

const style = `
/* what grows above the reader does not move what is read: the script sees to it */
html { overflow-anchor: none; scroll-padding-top: 5.5rem; }
:root { --button: #f3f5f7; --done: #0072b2; }
@media (prefers-color-scheme: dark) { :root { --button: #21262d; --done: #4aa3df; } }
header { position: sticky; top: 0; z-index: 1; background: var(--ground); border-bottom: 1px solid var(--faint);
  display: grid; grid-template-columns: 1fr auto; gap: 0.15rem 1rem; align-items: center; padding: 0.4rem 0; }
header p { margin: 0; font-variant-numeric: tabular-nums; }
#detail { color: var(--soft); }
#pause { font: inherit; color: inherit; background: var(--button); border: 1px solid var(--soft); border-radius: 6px;
  padding: 0.15rem 0.8rem; grid-column: 2; grid-row: 1; }
#pause[aria-pressed="true"] { background: var(--ink); color: var(--ground); }
progress { appearance: none; border: 0; width: 100%; height: 4px; grid-column: 1 / -1; background: var(--faint); }
progress::-webkit-progress-bar { background: var(--faint); }
progress::-webkit-progress-value { background: var(--done); }
progress::-moz-progress-bar { background: var(--done); }
nav { grid-column: 1 / -1; display: flex; gap: 0 1rem; overflow-x: auto; font-size: 0.9rem; }
nav a { color: inherit; white-space: nowrap; padding: 0.2rem 0; }
:focus-visible { outline: 2px solid var(--done); outline-offset: 2px; }
[data-connection="ended"] #pause[aria-pressed="false"] { display: none; }
[data-connection="lost"] #state { color: var(--warn); }
@media screen and (max-width: 640px) { #detail { display: block; font-size: 0.9rem; } }
@media print { header { position: static; } progress, nav, #pause { display: none; } }
`;
