import { closeSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { StringDecoder } from 'node:string_decoder';
import { type SlurmJob, hasEnded, lookAt } from './slurm.ts';

export interface Following {
  /** the number of the job */
  readonly id: string;
  /** the file that the job writes to; it need not be there yet */
  readonly log: string;
  /** bytes of it that were there before the job */
  readonly from: number;
  /** gets the job's output, line by line */
  write(line: string): void;
  /** hears of each new state of the job */
  tell(job: SlurmJob): void;
  /** aborted: leaves the job to itself */
  readonly signal: AbortSignal;
  /** how to ask for the job's state; that of Slurm unless given */
  readonly look?: (id: string) => SlurmJob;
}

/** The output is looked at so often, in ms; the controller, which all users share, less and less. */
const pause = 300;
const longestPause = 5000;

/** A controller that is started again is silent for a while. */
const patience = 60_000;

/**
 * Follows a job to its end.
 * @returns how it ended; null when it was left to itself
 * @throws BatchError when nobody has known the job for a minute
 */
export async function follow({
  id,
  log,
  from,
  write,
  tell,
  signal,
  look = lookAt,
}: Following): Promise<SlurmJob | null> {
  const output = new GrowingFile(log, from);
  let [next, wait, told] = [0, pause, ''];
  let silentSince: number | null = null;
  for (;;) {
    for (const line of output.newLines()) write(line);
    if (signal.aborted) return null;
    if (performance.now() >= next) {
      let job: SlurmJob | null = null;
      try {
        job = look(id);
        silentSince = null;
      } catch (error) {
        silentSince ??= performance.now();
        if (performance.now() - silentSince > patience) throw error;
      }
      if (job !== null) {
        const news = `${job.state} ${job.state === 'PENDING' ? job.reason : job.nodes}`;
        if (news !== told) tell(job);
        told = news;
        if (hasEnded(job)) {
          // A shared file system may show the last lines a moment later.
          await sleep(pause);
          for (const line of output.rest()) write(line);
          return job;
        }
      }
      next = performance.now() + wait;
      wait = Math.min(longestPause, wait * 1.3);
    }
    await sleep(pause, undefined, { signal }).catch(() => {});
  }
}

/** A file that another process appends to. */
class GrowingFile {
  readonly #path: string;
  readonly #decoder = new StringDecoder('utf8');
  readonly #buffer = Buffer.alloc(1 << 16);
  #offset: number;
  #partial = '';

  /** @param from bytes that are known already */
  constructor(path: string, from: number) {
    this.#path = path;
    this.#offset = from;
  }

  /** The lines that were finished since the last call. */
  newLines(): string[] {
    const lines = (this.#partial + this.#read()).split('\n');
    this.#partial = lines.pop() ?? '';
    return lines;
  }

  /** The last lines, the unfinished one included. */
  rest(): string[] {
    const lines = this.newLines();
    return this.#partial === '' ? lines : [...lines, this.#partial];
  }

  #read(): string {
    let file: number;
    try {
      file = openSync(this.#path, 'r');
    } catch {
      // The job has not begun.
      return '';
    }
    try {
      let text = '';
      for (;;) {
        const count = readSync(file, this.#buffer, 0, this.#buffer.length, this.#offset);
        if (count === 0) return text;
        this.#offset += count;
        text += this.#decoder.write(this.#buffer.subarray(0, count));
      }
    } finally {
      closeSync(file);
    }
  }
}
