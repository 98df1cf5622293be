/** A TensorBoard event file that grows event by event; a process that is killed leaves at most half a record. */
import { closeSync, existsSync, openSync, readdirSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { RunFolderError } from '../../errors/index.ts';
import { type EventContent, encodeEvent } from './event.ts';
import { frameRecord } from './record.ts';

export class EventFile {
  readonly #path: string;
  #file: number | null;

  /**
   * @param folder the run folder
   * @throws RunFolderError if the file cannot be made; so do the methods if it cannot be written
   */
  constructor(folder: string) {
    const now = Date.now() / 1000;
    const name = `events.out.tfevents.${nameSeconds(folder, now)}.${hostname()}.${process.pid}.0`;
    this.#path = join(folder, name);
    this.#file = this.#orRefuse(() => openSync(this.#path, 'wx'));
    this.append(now, 0, { fileVersion: 'brain.Event:2' });
  }

  /** @param wallTime seconds since the epoch */
  append(wallTime: number, step: number, content: EventContent): void {
    const file = this.#file;
    if (file === null) return;
    const record = frameRecord(encodeEvent(wallTime, step, content));
    this.#orRefuse(() => {
      for (let done = 0; done < record.byteLength; ) done += writeSync(file, record, done);
    });
  }

  close(): void {
    const file = this.#file;
    this.#file = null;
    if (file !== null) this.#orRefuse(() => closeSync(file));
  }

  #orRefuse<T>(action: () => T): T {
    try {
      return action();
    } catch (cause) {
      throw new RunFolderError(`cannot write ${this.#path}`, {
        got: cause instanceof Error ? cause.message : String(cause),
        remedy: 'Free some space, or choose a folder that you may write to',
        cause,
      });
    }
  }
}

/**
 * TensorBoard reads the files of a folder in the order of their names, so a new one must come last: also within the same
 * second, and on a machine whose clock is behind the one on which the run began.
 */
function nameSeconds(folder: string, now: number): number {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const taken = names.map((name) => Number(/^events\.out\.tfevents\.(\d{10})\./.exec(name)?.[1] ?? 0));
  return taken.reduce((latest, seconds) => Math.max(latest, seconds + 1), Math.floor(now));
}
