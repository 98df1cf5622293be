/** A file of lines that grows at its end. */
import { RunFolderError, describeFailure } from '../../errors/index.ts';
import { replaceFile, writeAll } from '../files/durable.ts';
import type { FileSystem } from '../files/file-system.ts';
import { longFile } from '../files/regular.ts';

export class AppendFile {
  readonly #files: FileSystem;
  readonly #path: string;
  #file: number | null;

  /** @throws RunFolderError if the file cannot be opened; so do the methods if it cannot be written */
  constructor(path: string, files: FileSystem) {
    this.#files = files;
    this.#path = path;
    this.#file = this.#orRefuse(() => files.openSync(path, 'a'));
  }

  append(text: string): void {
    this.#orRefuse(() => {
      if (this.#file !== null) writeAll(this.#files, this.#file, Buffer.from(text));
    });
  }

  /** Waits until everything is on the disk. */
  sync(): void {
    this.#orRefuse(() => {
      if (this.#file !== null) this.#files.fsyncSync(this.#file);
    });
  }

  close(): void {
    const file = this.#file;
    this.#file = null;
    if (file !== null) this.#orRefuse(() => this.#files.closeSync(file));
  }

  #orRefuse<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw new RunFolderError(`cannot write ${this.#path}`, describeFailure(error));
    }
  }
}

/**
 * Drops every line whose step is beyond `step`, and what a killed process left of a line, for a run that goes on from
 * `step`. Does nothing where there is no such file.
 * @param stepOf the step that a line is of; 0 for a header, which stays; null for a line that is none
 * @throws RunFolderError if the file cannot be replaced
 */
export function truncateLines(
  path: string,
  step: number,
  stepOf: (line: string) => number | null,
  files: FileSystem,
): void {
  try {
    if (!files.existsSync(path)) return;
    const text = Buffer.from(files.readFileSync(path, longFile)).toString('utf8');
    // What stands behind the last line break was never finished.
    const lines = text.split('\n').slice(0, -1);
    const kept = lines.filter((line) => {
      const found = stepOf(line);
      return found !== null && found <= step;
    });
    const shortened = kept.map((line) => `${line}\n`).join('');
    if (shortened !== text) replaceFile(files, path, shortened);
  } catch (error) {
    throw new RunFolderError(`cannot shorten ${path}`, describeFailure(error));
  }
}
