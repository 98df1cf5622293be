/** Training that ends once evaluations get no better, and with the parameters of the best one (Prechelt 1998). */
import { UsageError } from '../errors/index.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { TrainingSettings } from './configuration.ts';
import type { EvaluationFigures, NamedTensor } from './events.ts';
import type { Schedule } from './schedule.ts';

/** What is kept of it beside a checkpoint's tensors; plain JSON. */
interface Kept {
  /** the step of the last evaluation */
  readonly evaluated: number;
  /** evaluations since the best one */
  readonly waited: number;
  readonly best: Best | null;
  /** whether the checkpoint's parameters are the best; those of its step are then beside them */
  readonly isAtBest: boolean;
}

export interface Best {
  readonly step: number;
  /** nats per example */
  readonly nll: number;
}

/** An evaluation takes longer than a step: where nobody says when, no more often than each so many steps. */
const usualInterval = 50;

/** Steps between evaluations on the way; 0: none. Where they decide how long the training lasts one per epoch where nobody says when. */
export function evaluationInterval(
  { evaluateEvery, patience, stopAt }: TrainingSettings,
  { stepExamples }: Schedule,
  count: number,
): number {
  if (evaluateEvery > 0 || (patience === null && stopAt === null)) return evaluateEvery;
  return Math.max(usualInterval, Math.round(count / stepExamples));
}

/** On every rank, which all see the same evaluations. */
export class Patience {
  readonly #patience: number;
  readonly #parameters: readonly NamedTensor[];
  /** of the best evaluation while the training goes on; of the last step once it has come to its end */
  readonly #aside: readonly Float32Array[];
  #kept: Kept = { evaluated: 0, waited: 0, best: null, isAtBest: false };

  /**
   * @param parameters views of what is trained, as `resume` has it
   * @param resume the checkpoint that the training goes on from; null: none
   */
  constructor(patience: number, parameters: readonly NamedTensor[], resume: Checkpoint | null) {
    this.#patience = patience;
    this.#parameters = parameters;
    this.#aside = parameters.map(({ data }) => data.slice());
    if (resume) this.#restore(resume);
  }

  /** Whether the training has to end. */
  get isOver(): boolean {
    return this.#kept.waited >= this.#patience;
  }

  /** The step of the last evaluation; 0: there was none. */
  get evaluated(): number {
    return this.#kept.evaluated;
  }

  get best(): Best | null {
    return this.#kept.best;
  }

  /** @throws UsageError where the evaluation tells no NLL */
  add(step: number, figures: EvaluationFigures | null): void {
    const nll = figures?.['nll'];
    if (nll === undefined) {
      throw new UsageError('patience waits for a better NLL', {
        got: figures === null ? 'no evaluation' : `an evaluation that tells ${Object.keys(figures).join(', ')}`,
        expected: 'evaluations with a figure nll',
        remedy: 'Leave patience away',
      });
    }
    const { best, waited } = this.#kept;
    // NaN is no better than anything
    const isBetter = Number.isFinite(nll) && (best === null || nll < best.nll);
    if (isBetter) for (const [i, { data }] of this.#parameters.entries()) this.#aside[i]!.set(data);
    this.#kept = {
      evaluated: step,
      waited: isBetter ? 0 : waited + 1,
      best: isBetter ? { step, nll } : best,
      isAtBest: false,
    };
  }

  /** At the end of the training: makes the parameters those of the best evaluation, if there was one. */
  takeBest(): void {
    if (this.#kept.best === null || this.#kept.isAtBest) return;
    this.#exchange();
    this.#kept = { ...this.#kept, isAtBest: true };
  }

  /** What a checkpoint keeps beside the optimiser's tensors, and in its state. */
  toKeep(): { readonly tensors: readonly NamedTensor[]; readonly state: Readonly<Record<string, unknown>> } {
    const prefix = prefixOf(this.#kept);
    const tensors = this.#parameters.map(({ name, shape }, i) => ({
      name: `${prefix}${name}`,
      shape,
      data: this.#aside[i]!,
    }));
    return { tensors: this.#kept.best === null ? [] : tensors, state: { patience: this.#kept } };
  }

  /** A training that came to its end goes on, if it is to be longer, from its last step, as if it had not ended. */
  #restore({ optimizer, state }: Checkpoint): void {
    const kept = state['patience'] as Kept | undefined;
    if (kept === undefined) return;
    this.#kept = { ...kept, isAtBest: false };
    if (kept.best === null) return;
    const stored = new Map(optimizer.map(({ name, data }) => [name, data]));
    const prefix = prefixOf(kept);
    for (const [i, { name }] of this.#parameters.entries()) this.#aside[i]!.set(stored.get(`${prefix}${name}`)!);
    if (kept.isAtBest) this.#exchange();
  }

  #exchange(): void {
    for (const [i, { data }] of this.#parameters.entries()) {
      const other = data.slice();
      data.set(this.#aside[i]!);
      this.#aside[i]!.set(other);
    }
  }
}

function prefixOf({ isAtBest }: Kept): string {
  return isAtBest ? 'last/' : 'best/';
}
