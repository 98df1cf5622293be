/** How well a score tells data of another kind from the run's own. */
import { ascending, checkNumbers } from './arguments.ts';

export interface Detection {
  /** area under the receiver operating characteristic: how often an example from outside has the larger score; 0.5 is chance */
  readonly auroc: number;
  /** average precision, examples from outside being what is looked for; by chance their share */
  readonly aupr: number;
  /** share of the examples inside that are taken for ones from outside where at least 95 % of those are found */
  readonly fpr95: number;
}

/**
 * Detection of what is from outside by a threshold on a score. Of equal scores none is above the other.
 *
 * AUROC is the statistic of Mann and Whitney, ties counted half; AUPR is the step-wise sum of precision over the increments of
 * recall, without interpolation (Davis and Goadrich 2006); the thresholds are the scores that occur.
 * @param inside scores of examples of the run's own data, larger for what is less like it
 * @param outside of examples of other data
 * @throws ShapeError where one of them is empty: with one kind only, there is nothing to tell apart
 * @throws NotFiniteError naming the first example whose score is none
 */
export function detection(inside: ArrayLike<number>, outside: ArrayLike<number>): Detection {
  checkNumbers('scores of data inside', inside);
  checkNumbers('scores of data outside', outside);
  const [n, m] = [inside.length, outside.length];
  const scores = new Float64Array(n + m);
  scores.set(inside);
  scores.set(outside, n);
  const order = ascending(scores);
  let [taken, found] = [0, 0];
  let [pairs, aupr, fpr95] = [0, 0, Number.NaN];
  // from the largest score down, all of one score at once
  for (let i = n + m - 1; i >= 0; ) {
    const score = scores[order[i]!]!;
    let [own, other] = [0, 0];
    for (; i >= 0 && scores[order[i]!] === score; i--)
      if (order[i]! < n) own++;
      else other++;
    // those inside of this score are below all that were found before, and tie with `other`
    pairs += own * (found + other / 2);
    taken += own;
    found += other;
    aupr += (other / m) * (found / (found + taken));
    if (Number.isNaN(fpr95) && found >= 0.95 * m) fpr95 = taken / n;
  }
  // a sum of rounded steps may end a little above 1
  return { auroc: pairs / (n * m), aupr: Math.min(1, aupr), fpr95 };
}
