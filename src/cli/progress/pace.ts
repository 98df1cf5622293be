import { figureOf } from '../../likelihoods/index.ts';
import type { EvaluationFigures, StepRecord, StepTiming } from '../../train/index.ts';
import { count, duration } from './format.ts';

/** What progress tells between two lines: means since the last one, never since the start of the run. */
export class Pace {
  readonly #totalSteps: number;
  #step: number;
  #seconds = 0;
  #samples = 0;
  #steps = 0;
  #nll = 0;
  #figure = 0;
  readonly #title: string;
  #records = 0;
  /** of the last figures that there were */
  #figures = '';

  /** @param figure title of what a step tells beside its loss */
  constructor(totalSteps: number, firstStep: number, figure: string) {
    this.#title = figure;
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

  addRecord({ nll, figures }: StepRecord): void {
    this.#nll += nll;
    this.#figure += Object.values(figures)[0] ?? Number.NaN;
    this.#records++;
  }

  get place(): string {
    return `${this.#step}/${this.#totalSteps}`;
  }

  /** Figures and speed since the last call of `restart`; `short` for where there is little room. */
  describe(length: 'long' | 'short' = 'long'): string {
    const [title, rate] = length === 'long' ? [this.#title, ' samples/s'] : [shortened(this.#title), '/s'];
    if (this.#records > 0) {
      const figure = this.#figure / this.#records;
      const shown = figure < 10 ? figure.toFixed(3) : count(figure);
      this.#figures = `nll ${(this.#nll / this.#records).toFixed(4)}  ${title} ${shown}  `;
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
    this.#figure = 0;
    this.#records = 0;
  }
}

/** accuracy -> acc; RMSE stays. */
function shortened(title: string): string {
  return title.length <= 4 ? title : title.slice(0, 3);
}

/** An evaluation on the way, in a line. */
export function describeEvaluation(step: number, figures: EvaluationFigures): string {
  const told = Object.entries(figures)
    .filter(([name]) => name !== 'brier' && !/^(width|relativeUncertainty|relativeLeftOut)/.test(name))
    .map(([name, value]) => `${figureOf(name).title} ${value.toFixed(4)}`);
  return `held out, after step ${step}:  ${told.join('  ')}`;
}
