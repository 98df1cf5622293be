/** `metrics.jsonl`: one line per record. Two runs of one seed differ in the last two fields of a line and nowhere else. */
import { join } from 'node:path';
import type { StepRecord, StepTiming, TrainingObserver } from '../../train/index.ts';
import { type FileSystem, nodeFileSystem } from '../files/file-system.ts';
import { RecordFile } from './record-file.ts';

export class MetricsFile implements TrainingObserver {
  readonly #file: RecordFile;

  /**
   * @param resumedFrom the step of the checkpoint from which the run goes on; later records are dropped. 0: a new run
   * @throws RunFolderError if the file cannot be written
   */
  constructor(runFolder: string, resumedFrom = 0, files: FileSystem = nodeFileSystem) {
    this.#file = new RecordFile(join(runFolder, 'metrics.jsonl'), resumedFrom, files);
  }

  onStep(record: StepRecord, { seconds, samplesPerSecond }: StepTiming): void {
    const { figures, learningRate, ...others } = record;
    this.#file.append({ ...others, ...figures, learningRate }, { seconds, samplesPerSecond });
  }

  onCheckpoint(): void {
    this.flush();
  }

  /** Waits for the disk: best before a checkpoint is written, so that it is never ahead of its records. */
  flush(): void {
    this.#file.flush();
  }

  onEnd(): void {
    this.#file.close();
  }
}
