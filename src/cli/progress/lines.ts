import type { EvaluationFigures, StepRecord, StepTiming, TrainingObserver } from '../../train/index.ts';
import type { Output } from '../terminal.ts';
import { Pace, describeEvaluation } from './pace.ts';

const linesPerRun = 20;
/** A slow run is heard of as well: milliseconds after which a line is due. */
const longestSilence = 60_000;

/** Training's progress in a log file: some twenty lines, and one a minute where that is more. */
export class TrainingLines implements TrainingObserver {
  readonly #output: Output;
  readonly #pace: Pace;
  readonly #every: number;
  readonly #totalSteps: number;
  readonly #now: () => number;
  #due: number;
  #writtenAt: number;

  constructor(
    output: Output,
    totalSteps: number,
    firstStep: number,
    figure: string,
    now: () => number = () => performance.now(),
  ) {
    this.#output = output;
    this.#pace = new Pace(totalSteps, firstStep, figure);
    this.#every = totalSteps / linesPerRun;
    this.#totalSteps = totalSteps;
    this.#due = firstStep + this.#every;
    this.#now = now;
    this.#writtenAt = now();
  }

  onTiming(timing: StepTiming): void {
    this.#pace.addTiming(timing);
  }

  onStep(record: StepRecord): void {
    this.#pace.addRecord(record);
    const { step } = record;
    const now = this.#now();
    if (step < this.#due && now - this.#writtenAt < longestSilence && step < this.#totalSteps) return;
    this.#output.write(`step ${this.#pace.place}  epoch ${record.epoch.toFixed(2)}  ${this.#pace.describe()}\n`);
    this.#pace.restart();
    this.#writtenAt = now;
    while (this.#due <= step) this.#due += this.#every;
  }

  onEvaluation(step: number, quality: EvaluationFigures): void {
    this.#output.write(`${describeEvaluation(step, quality)}\n`);
  }
}
