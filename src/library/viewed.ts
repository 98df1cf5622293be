/** Rows as a trained network sees them, and what it says of them, as a calibration takes both. */
import type { Viewed } from '../calibration/index.ts';
import { UsageError, describeValue } from '../errors/index.ts';
import { type PredictionInputs, networkFeatures } from '../inference/index.ts';
import type { KernelsFactory } from '../kernels/index.ts';
import type { Predictive, PredictiveBase } from '../likelihoods/index.ts';
import type { Trained } from './train.ts';

/** @throws UsageError where neither classes nor numbers are predicted */
export function knownKind(prediction: PredictiveBase): Predictive {
  if (prediction.kind === 'classes' || prediction.kind === 'reals') return prediction as Predictive;
  throw new UsageError('predictions to calibrate', {
    got: describeValue(prediction.kind),
    expected: 'classes or reals',
  });
}

/**
 * Rows just before the network answers, by one draw of the weights of its first member.
 * @param seed of that draw: views are comparable where it is the same
 */
export function viewedAs(
  kernels: KernelsFactory,
  { model, members }: Trained,
  { groups, ...data }: PredictionInputs & Pick<Viewed, 'groups'>,
  seed: number,
): Viewed {
  return { ...networkFeatures(kernels, model, members[0]!, data, { seed }), groups };
}
