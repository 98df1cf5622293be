/**
 * Split conformal prediction: sets of classes and intervals of numbers that hold the truth as often as they say, whatever the
 * network, where held-out examples and new ones are exchangeable (Vovk et al. 2005; Lei et al. 2018, theorem 2.2).
 */
import { UsageError, describeValue } from '../errors/index.ts';

/**
 * The ceil((n + 1) (1 - alpha))-th smallest of n scores: with it, a new score is at most that with a probability of at least
 * 1 - alpha. Infinite where n is smaller than 1 / alpha - 1: then only what holds everything is sure to hold the truth.
 * @param scores ascending
 * @throws UsageError where alpha is none
 */
export function conformalQuantile(scores: ArrayLike<number>, alpha: number): number {
  if (!(alpha > 0 && alpha < 1)) {
    throw new UsageError('the share of truths that a set may miss', {
      got: describeValue(alpha),
      expected: 'a number above 0 and below 1',
    });
  }
  // 0.9 x 10 is 9, whatever a double makes of it
  const place = Math.ceil((scores.length + 1) * (1 - alpha) - 1e-9);
  return place > scores.length ? Number.POSITIVE_INFINITY : scores[place - 1]!;
}

/**
 * Adaptive scores of the true classes (Romano, Sesia and Candes 2020, arXiv 2006.02544, eq. 5 to 8): the probability of all classes that
 * are more probable than the true one, and a random part of its own.
 * @param probabilities [count, classes]
 * @param labels [count]
 * @param uniforms [count], in 0 .. 1: which part
 */
export function setScores(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  uniforms: ArrayLike<number>,
): Float64Array {
  return Float64Array.from(labels, (label, n) => {
    const own = Array.from({ length: classes }, (_, c) => probabilities[n * classes + c]!);
    return massBefore(own, label) + uniforms[n]! * own[label]!;
  });
}

/** Of the classes that come before this one: the more probable ones, and of equally probable ones those with smaller numbers. */
function massBefore(probabilities: readonly number[], label: number): number {
  let sum = 0;
  for (const [c, p] of probabilities.entries()) {
    if (p > probabilities[label]! || (p === probabilities[label]! && c < label)) sum += p;
  }
  return sum;
}

/**
 * The set of classes at a quantile of scores, the most probable one first.
 * @param uniform which part of the last class's probability counts: then sets hold the truth as often as they say, and some may be
 * empty; null: none of it, so that a set is never empty, holds the truth at least as often, and no two of one input differ
 */
export function classSet(probabilities: readonly number[], quantile: number, uniform: number | null = null): number[] {
  return probabilities
    .map((p, c) => ({ c, p, before: massBefore(probabilities, c) }))
    .filter(({ p, before }) => (uniform === null ? before < quantile : before + uniform * p <= quantile))
    .toSorted((a, b) => a.before - b.before)
    .map(({ c }) => c);
}

/**
 * |y - mean| in standard deviations of the prediction: an interval of q of them is wide where the network is unsure (Lei et al.
 * 2018, section 5.2). A prediction without a standard deviation, or with an infinite one, has an infinite score.
 */
export function intervalScore(target: number, mean: number, standardDeviation: number): number {
  const score = Math.abs(target - mean) / standardDeviation;
  return Number.isFinite(standardDeviation) && standardDeviation > 0 ? score : Number.POSITIVE_INFINITY;
}
