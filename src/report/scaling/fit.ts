/** Measured step times beside the model: the time on one rank is taken over, the spread is fitted, the rest tests the model. */
import type { Machine } from './machines.ts';
import { type Prediction, type Workload, fitSpread, predictStep } from './model.ts';

export interface MeasuredStep {
  readonly ranks: number;
  /** seconds */
  readonly step: number;
}

export interface Comparison extends MeasuredStep {
  /** measured, of examples per second against one rank */
  readonly speedUp: number;
  /** of the simulated step time, relative to the measured one */
  readonly error: number;
}

export interface FittedScaling {
  /** standard deviation of a rank's compute time, as a share of its mean */
  readonly spread: number;
  /** the ranks whose measured time the spread was fitted to; null where it was given, or nothing was measured */
  readonly fittedTo: number | null;
  readonly predictions: readonly Prediction[];
  readonly measured: readonly Comparison[];
}

/**
 * @param times one of them on one rank
 * @param workload whose `computeSeconds` is taken from the time on one rank
 * @param spread null: fitted to the time on the fewest ranks beyond one
 * @param ranks to predict for
 */
export function fitScaling(
  times: readonly MeasuredStep[],
  workload: Omit<Workload, 'computeSeconds'>,
  { machine, spread, ranks }: { machine: Machine; spread: number | null; ranks: readonly number[] },
): FittedScaling {
  const ascending = times.toSorted((a, b) => a.ranks - b.ranks);
  const one = ascending[0]!;
  const measuredWorkload = { ...workload, computeSeconds: one.step };
  const next = ascending.find((time) => time.ranks > 1);
  const fitted = next && fitSpread(measuredWorkload, machine, next.ranks, next.step);
  const used = { ...machine, spread: spread ?? fitted ?? machine.spread };
  const measured = ascending.map(({ ranks: count, step }): Comparison => {
    const examples = workload.scaling === 'weak' ? count : 1;
    const error = predictStep(measuredWorkload, used, count).step / step - 1;
    return { ranks: count, step, speedUp: (examples * one.step) / step, error };
  });
  return {
    spread: used.spread,
    fittedTo: spread === null && next ? next.ranks : null,
    predictions: ranks.map((count) => predictStep(measuredWorkload, used, count)),
    measured,
  };
}
