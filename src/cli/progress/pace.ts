import type { PredictionQuality } from '../../inference/index.ts';
import type { StepRecord, StepTiming } from '../../train/index.ts';
import { count, duration } from './format.ts';

/** What progress tells between two lines: means since the last one, never since the start of the run. */
export class Pace {
  readonly #totalSteps: number;
  #step: number;
  #seconds = 0;
  #samples = 0;
  #steps = 0;
  #nll = 0;
  #accuracy = 0;
  #records = 0;
  /** of the last figures that there were */
  #figures = '';

  constructor(totalSteps: number, firstStep: number) {
    this.#totalSteps = totalSteps;
    this.#step = firstStep;
  }

  get share(): number {
    return this.#totalSteps === 0 ? 1 : this.#step / this.#totalSteps;
  }

  addTiming({ step, seconds, samplesPerSecond }: StepTiming): void {
    this.#step = step;
    this.#steps++;
    this.#seconds += seconds;
    this.#samples += samplesPerSecond * seconds;
  }

  addRecord({ nll, accuracy }: StepRecord): void {
    this.#nll += nll;
    this.#accuracy += accuracy;
    this.#records++;
  }

  get place(): string {
    return `${this.#step}/${this.#totalSteps}`;
  }

  /** Figures and speed since the last call of `restart`; `short` for where there is little room. */
  describe(length: 'long' | 'short' = 'long'): string {
    const [accuracy, rate] = length === 'long' ? ['accuracy', ' samples/s'] : ['acc', '/s'];
    if (this.#records > 0) {
      const share = (this.#accuracy / this.#records).toFixed(3);
      this.#figures = `nll ${(this.#nll / this.#records).toFixed(4)}  ${accuracy} ${share}  `;
    }
    if (this.#steps === 0) return this.#figures;
    const left = ((this.#totalSteps - this.#step) * this.#seconds) / this.#steps;
    return `${this.#figures}${count(this.#samples / this.#seconds)}${rate}  ${duration(left)} left`;
  }

  restart(): void {
    this.#seconds = 0;
    this.#samples = 0;
    this.#steps = 0;
    this.#nll = 0;
    this.#accuracy = 0;
    this.#records = 0;
  }
}

/** An evaluation on the way, in a line. */
export function describeEvaluation(step: number, { accuracy, nll, ece }: PredictionQuality): string {
  const figures = `accuracy ${accuracy.toFixed(4)}  NLL ${nll.toFixed(4)}  calibration error ${ece.toFixed(4)}`;
  return `test set after step ${step}:  ${figures}`;
}
