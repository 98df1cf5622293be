/** `timing.csv`: a line per step with the original's columns. Numbers wait in a fixed array, so that a step costs no text. */
import { join } from 'node:path';
import type { StepTiming, TrainingObserver } from '../../train/index.ts';
import { type FileSystem, nodeFileSystem } from '../files/file-system.ts';
import { longFile } from '../files/regular.ts';
import { AppendFile, truncateLines } from './append-file.ts';

const header = 'iteration,seconds,samplesPerSecond,start,end';
const columns = 5;
const capacity = 256;

export class TimingFile implements TrainingObserver {
  readonly #file: AppendFile;
  readonly #waiting = new Float64Array(capacity * columns);
  #count = 0;

  /**
   * @param resumedFrom the step of the checkpoint from which the run goes on; later lines are dropped. 0: a new run
   * @throws RunFolderError if the file cannot be written
   */
  constructor(runFolder: string, resumedFrom = 0, files: FileSystem = nodeFileSystem) {
    const path = join(runFolder, 'timing.csv');
    truncateLines(path, resumedFrom, stepOfLine, files);
    const isNew = !files.existsSync(path) || files.readFileSync(path, longFile).byteLength === 0;
    this.#file = new AppendFile(path, files);
    if (isNew) this.#file.append(`${header}\n`);
  }

  onTiming(timing: StepTiming): void {
    const at = this.#count * columns;
    this.#waiting[at] = timing.step;
    this.#waiting[at + 1] = timing.seconds;
    this.#waiting[at + 2] = timing.samplesPerSecond;
    this.#waiting[at + 3] = timing.startedAt;
    this.#waiting[at + 4] = timing.endedAt;
    this.#count++;
    if (this.#count === capacity) this.#write();
  }

  onCheckpoint(): void {
    this.flush();
  }

  /** Writes what waits: best before a checkpoint is written, so that it is never ahead of its lines. */
  flush(): void {
    this.#write();
    this.#file.sync();
  }

  onEnd(): void {
    try {
      this.flush();
    } finally {
      this.#file.close();
    }
  }

  #write(): void {
    let text = '';
    for (let at = 0; at < this.#count * columns; at += columns) {
      const [step, seconds, rate, start, end] = this.#waiting.subarray(at, at + columns);
      text += `${step},${seconds.toFixed(6)},${rate.toFixed(3)},${start.toFixed(6)},${end.toFixed(6)}\n`;
    }
    this.#count = 0;
    if (text !== '') this.#file.append(text);
  }
}

function stepOfLine(line: string): number | null {
  if (line === header) return 0;
  const fields = line.split(',');
  const step = Number(fields[0]);
  return fields.length === columns && Number.isSafeInteger(step) && step > 0 ? step : null;
}
