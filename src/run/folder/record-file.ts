/** A file of JSON, one object with a `step` per line, that grows at its end: `metrics.jsonl` and its like. */
import { dirname } from 'node:path';
import { RunFolderError, describeFailure } from '../../errors/index.ts';
import { makeFolders } from '../files/durable.ts';
import { type FileSystem, nodeFileSystem } from '../files/file-system.ts';
import { AppendFile, truncateLines } from './append-file.ts';
import { checkedLine } from './checksum.ts';

export class RecordFile {
  readonly #file: AppendFile;

  /**
   * @param path in a folder that is made where it is missing
   * @param resumedFrom records of later steps are dropped, and what a killed process left of a line; unless given, none are
   * @throws RunFolderError if the file cannot be written
   */
  constructor(path: string, resumedFrom = Number.MAX_SAFE_INTEGER, files: FileSystem = nodeFileSystem) {
    try {
      if (!files.existsSync(dirname(path))) makeFolders(files, dirname(path));
    } catch (error) {
      throw new RunFolderError(`cannot make ${dirname(path)}`, describeFailure(error));
    }
    truncateLines(path, resumedFrom, stepOfRecord, files);
    this.#file = new AppendFile(path, files);
  }

  /** @param varying what differs from one run of a seed to the next: it stands at the line's end, behind its checksum */
  append<R extends { readonly step: number }>(record: R, varying: object = {}): void {
    this.#file.append(`${checkedLine(record, varying)}\n`);
  }

  /** Waits for the disk. */
  flush(): void {
    this.#file.sync();
  }

  close(): void {
    try {
      this.#file.sync();
    } finally {
      this.#file.close();
    }
  }
}

/**
 * Adds one record to a file of a run folder.
 * @throws RunFolderError if it cannot be written
 */
export function appendRecord<R extends { readonly step: number }>(path: string, record: R, varying: object = {}): void {
  const file = new RecordFile(path);
  try {
    file.append(record, varying);
  } finally {
    file.close();
  }
}

function stepOfRecord(line: string): number | null {
  try {
    const record: unknown = JSON.parse(line);
    if (typeof record !== 'object' || record === null || !('step' in record)) return null;
    return typeof record.step === 'number' ? record.step : null;
  } catch {
    return null;
  }
}
