/** `metrics.jsonl`: one line per record. Two runs of one seed differ in the last two fields of a line and nowhere else. */
import { join } from 'node:path';
import type { StepRecord, StepTiming, TrainingObserver } from '../events.ts';
import { type FileSystem, nodeFileSystem } from '../files/file-system.ts';
import { AppendFile, truncateLines } from './append-file.ts';

export class MetricsFile implements TrainingObserver {
  readonly #file: AppendFile;

  /**
   * @param resumedFrom the step of the checkpoint from which the run goes on; later records are dropped. 0: a new run
   * @throws RunFolderError if the file cannot be written
   */
  constructor(runFolder: string, resumedFrom = 0, files: FileSystem = nodeFileSystem) {
    const path = join(runFolder, 'metrics.jsonl');
    truncateLines(path, resumedFrom, stepOfRecord, files);
    this.#file = new AppendFile(path, files);
  }

  onStep(record: StepRecord, { seconds, samplesPerSecond }: StepTiming): void {
    this.#file.append(`${JSON.stringify({ ...record, seconds, samplesPerSecond })}\n`);
  }

  onCheckpoint(): void {
    this.flush();
  }

  /** Waits for the disk: best before a checkpoint is written, so that it is never ahead of its records. */
  flush(): void {
    this.#file.sync();
  }

  onEnd(): void {
    try {
      this.#file.sync();
    } finally {
      this.#file.close();
    }
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
