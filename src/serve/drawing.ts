/** What is drawn of a run so far, part by part: only what has changed is drawn again, and sent. */
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as others } from 'node:timers/promises';
import { Album, type RunPart, type RunReport, escape, readRun, runParts, withOwnNames } from '../report/index.ts';
import { type Progress, progressOf } from './progress.ts';

/** What changes comes before what was trained, where and how. */
const parts: readonly RunPart[] = runParts.toSorted((a, b) => Number(a.name === 'facts') - Number(b.name === 'facts'));

/** A part of the page as it is now. */
export interface DrawnPart {
  readonly name: string;
  readonly html: string;
}

interface Kept extends DrawnPart {
  /** digest of what it was drawn from; null: it is drawn each time */
  readonly from: string | null;
  /** since which it is as it is */
  readonly revision: number;
}

export class Drawing {
  readonly #folder: string;
  #progress: Progress;
  #isAtWork: boolean;
  readonly #parts = new Map<string, Kept>();
  /** of the files from which it was drawn */
  #drawn = '';
  #revision = 0;

  constructor(folder: string) {
    this.#folder = folder;
    this.#progress = progressOf(folder);
    this.#isAtWork = this.#progress.isAtWork;
    for (const { name } of parts) this.#parts.set(name, { name, html: '', from: null, revision: 0 });
  }

  get progress(): Progress {
    return this.#progress;
  }

  /** Grows with each change of the progress or of a part. */
  get revision(): number {
    return this.#revision;
  }

  /** The parts that are not as they were then. */
  since(revision: number): DrawnPart[] {
    return [...this.#parts.values()].filter((part) => part.revision > revision);
  }

  /** Whether files have changed that it is drawn from. */
  isStale(): boolean {
    return signatureOf(this.#folder) !== this.#drawn;
  }

  /** Whether somebody is at work, as it was last seen: the page hears of an end when that is drawn. */
  get isAtWork(): boolean {
    return this.#isAtWork;
  }

  /** Sees how far the run is. */
  look(): void {
    const now = progressOf(this.#folder);
    this.#isAtWork = now.isAtWork;
    const isEndToDraw = this.#progress.isAtWork && !now.isAtWork && this.isStale();
    if (!isEndToDraw) this.#tell(now);
  }

  #tell(now: Progress): void {
    if (JSON.stringify(now) !== JSON.stringify(this.#progress)) this.#revision++;
    this.#progress = now;
  }

  /** Draws what has changed; in between, others of this thread have their turn. A folder that cannot be read is told as a problem. */
  async draw(): Promise<void> {
    const signature = signatureOf(this.#folder);
    let run: RunReport;
    try {
      // how far it is, the head of the page tells
      run = { ...readRun(this.#folder), atWork: null };
    } catch (error) {
      this.#keep('problems', null, `<p class="problems">${escape((error as Error).message)}</p>`);
      this.#tell(progressOf(this.#folder));
      return;
    }
    for (const part of parts) {
      await others();
      const from =
        part.from &&
        createHash('sha256')
          .update(JSON.stringify(part.from(run)))
          .digest('base64');
      if (from !== null && this.#parts.get(part.name)?.from === from) continue;
      this.#keep(part.name, from, await htmlOf(part, run));
    }
    this.#drawn = signature;
    this.look();
  }

  #keep(name: string, from: string | null, html: string): void {
    const before = this.#parts.get(name);
    const revision = before?.html === html ? before.revision : ++this.#revision;
    this.#parts.set(name, { name, html, from, revision });
  }
}

async function htmlOf(part: RunPart, run: RunReport): Promise<string> {
  try {
    const html = withOwnNames(await part.html(run, new Album(false)), `${part.name}-`);
    return part.name === 'facts' ? `<h3>The run</h3>${html}` : html;
  } catch (error) {
    return `<p class="problems">${escape(`This part cannot be drawn: ${(error as Error).message}`)}</p>`;
  }
}

/** Sizes and times of the files that a report reads, without those of TensorBoard. */
function signatureOf(folder: string): string {
  const names = attempt(() => readdirSync(folder)) ?? [];
  return [...names.filter((name) => !name.startsWith('events.out.')), join('posterior', 'curves.jsonl')]
    .map((name) => {
      const status = statSync(join(folder, name), { throwIfNoEntry: false });
      return `${name} ${status?.size} ${status?.mtimeMs}`;
    })
    .join('\n');
}

function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}
