import { ShapeError, describeValue, isWhole } from '../errors/index.ts';
import type { RealPredictive } from './real-predictive.ts';
import { checkLevels, scoresOf } from './requests.ts';

/**
 * Share of the targets within the central interval of each level: that from the quantile (1 - level) / 2 to the quantile
 * (1 + level) / 2. Of reals it is the level where the prediction is calibrated; of counts it may be more, since an
 * interval holds whole numbers.
 * @param output of which the intervals are
 * @param levels in 0 .. 1
 * @throws UsageError where the prediction has no scores, or a level is out of range
 * @throws ShapeError where there is no such output, or no example
 */
export function centralCoverage(predictive: RealPredictive, output: number, levels: readonly number[]): number[] {
  const scores = scoresOf(predictive);
  const { count, outputs } = predictive;
  if (!isWhole(output, 0, outputs - 1)) {
    throw new ShapeError('coverage of an output', {
      got: describeValue(output),
      expected: `a whole number from 0 to ${outputs - 1}`,
    });
  }
  checkLevels('levels of coverage', levels);
  const { probability, probabilityBelow } = scores;
  return levels.map((level) => {
    let covered = 0;
    // y is at or above a quantile where P(Y <= y) reaches its level, at or below it where P(Y < y) does not exceed it
    for (let i = output; i < count * outputs; i += outputs) {
      if (2 * probability[i]! - 1 >= -level && 2 * probabilityBelow[i]! - 1 <= level) covered++;
    }
    return covered / count;
  });
}
