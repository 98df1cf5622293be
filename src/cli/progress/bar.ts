import type { EvaluationFigures, StepRecord, StepTiming, TrainingObserver } from '../../train/index.ts';
import type { Output } from '../terminal.ts';
import { Pace, describeEvaluation } from './pace.ts';

const redrawEvery = 100;
/** of figures and speed: a shorter one would jump about */
const window = 3000;

/** One line of a terminal that is written again and again. */
export class Bar {
  readonly #output: Output;
  #isDrawn = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** @param share in 0 .. 1 */
  draw(before: string, share: number, behind: string): void {
    const width = (this.#output.columns || 80) - 1;
    const room = Math.min(30, width - before.length - behind.length - 6);
    const full = Math.round(Math.min(1, Math.max(0, share)) * room);
    const bar = room < 5 ? '' : `  [${'='.repeat(full)}${' '.repeat(room - full)}]`;
    // Cut, not wrapped: a wrapped line could not be written over.
    this.#output.write(`\r${`${before}${bar}  ${behind}`.slice(0, width)}\x1b[K`);
    this.#isDrawn = true;
  }

  /** A line that stays, above the bar. */
  write(text: string): void {
    this.clear();
    this.#output.write(`${text}\n`);
  }

  /** Takes the bar away, for other text to be written. */
  clear(): void {
    if (this.#isDrawn) this.#output.write('\r\x1b[K');
    this.#isDrawn = false;
  }
}

/** Training's progress on a terminal. */
export class TrainingBar implements TrainingObserver {
  readonly #bar: Bar;
  readonly #pace: Pace;
  readonly #now: () => number;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #startedAt: number;

  constructor(
    bar: Bar,
    totalSteps: number,
    firstStep: number,
    figure: string,
    now: () => number = () => performance.now(),
  ) {
    this.#bar = bar;
    this.#pace = new Pace(totalSteps, firstStep, figure);
    this.#now = now;
    this.#startedAt = now();
  }

  onTiming(timing: StepTiming): void {
    this.#pace.addTiming(timing);
    const now = this.#now();
    if (now - this.#drawnAt < redrawEvery) return;
    this.#bar.draw(this.#pace.place, this.#pace.share, this.#pace.describe('short'));
    this.#drawnAt = now;
    if (now - this.#startedAt < window) return;
    this.#pace.restart();
    this.#startedAt = now;
  }

  onStep(record: StepRecord): void {
    this.#pace.addRecord(record);
  }

  onEvaluation(step: number, quality: EvaluationFigures): void {
    this.#bar.write(describeEvaluation(step, quality));
  }

  onEnd(): void {
    this.#bar.clear();
  }
}
