import { ShapeError, UsageError, describeValue, isWhole } from '../errors/index.ts';
import type { RealPredictive } from '../likelihoods/index.ts';

/**
 * Histogram of the probability integral transform P(Y <= y) of the true numbers: flat where predictions are calibrated, high
 * at both ends where they are too narrow, in the middle where they are too wide, at one end where they lie to one side
 * (Dawid 1984; Gneiting et al. 2007). Of counts the part between P(Y < y) and P(Y <= y) is spread evenly (Czado et al. 2009,
 * eq. 2), so that it is flat for those too.
 * @param output of which it is
 * @returns [bins], shares of the examples, ascending
 * @throws UsageError where the targets were not known, or bins are no whole number from 1 on
 * @throws ShapeError where there is no such output
 */
export function pitHistogram(predictive: RealPredictive, output: number, bins = 20): Float64Array {
  const { count, outputs, scores } = predictive;
  if (scores === null) {
    throw new UsageError('the targets were not known when the draws were gathered', {
      remedy: 'Give predictDraws the targets with the inputs',
    });
  }
  if (!isWhole(output, 0, outputs - 1)) {
    throw new ShapeError('PIT of an output', {
      got: describeValue(output),
      expected: `a whole number from 0 to ${outputs - 1}`,
    });
  }
  if (!isWhole(bins, 1)) {
    throw new UsageError('bins', { got: describeValue(bins), expected: 'a whole number from 1 on' });
  }
  const { probability, probabilityBelow } = scores;
  const shares = new Float64Array(bins);
  for (let i = output; i < count * outputs; i += outputs) {
    const [low, high] = [probabilityBelow[i]! * bins, probability[i]! * bins];
    if (high <= low) {
      shares[Math.min(bins - 1, Math.floor(high))]! += 1 / count;
      continue;
    }
    for (let b = Math.floor(low); b < Math.min(bins, high); b++) {
      shares[b]! += (Math.min(high, b + 1) - Math.max(low, b)) / (high - low) / count;
    }
  }
  return shares;
}
