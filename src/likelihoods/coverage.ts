import type { RealPredictive } from './reals.ts';

/**
 * Share of the targets within the central interval of each level: that from the quantile (1 - level) / 2 to the quantile
 * (1 + level) / 2. Of reals it is the level where the prediction is calibrated; of counts it may be more, since an
 * interval holds whole numbers.
 * @param output of which the intervals are
 * @param levels in 0 .. 1
 */
export function centralCoverage(
  { count, outputs, scores }: RealPredictive,
  output: number,
  levels: readonly number[],
): number[] {
  if (scores === null) throw new Error('the targets were not known when the draws were gathered');
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
