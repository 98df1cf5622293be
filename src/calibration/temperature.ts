/**
 * One number that makes class probabilities as sure as they are right: p^(1/T), scaled to a sum of 1 (Guo et al. 2017, arXiv
 * 1706.04599, section 4.2, with the logarithm of the predictive distribution for the logits, so that it is calibrated as a whole
 * and not draw by draw).
 */

/** A probability below it counts as it: sums over draws know nothing smaller. */
const least = 1e-15;

/** What a temperature may be. */
const temperatures = { lowest: 0.05, highest: 20 } as const;

export interface FittedTemperature {
  readonly temperature: number;
  /** mean NLL of the examples it was fitted to, nats per example, as they were and with the temperature */
  readonly before: number;
  readonly after: number;
}

/**
 * The temperature with the least NLL. The NLL is convex in 1/T, its slope is found by bisection. Where every example is right the
 * NLL falls without end as T does: such examples say nothing of how sure to be, and the temperature stays 1.
 * @param probabilities [count, classes]
 * @param labels [count]
 */
export function fitTemperature(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): FittedTemperature {
  const logarithms = Float64Array.from(probabilities, (p) => Math.log(Math.max(p, least)));
  const at = (inverse: number) => nllAt(logarithms, labels, classes, inverse);
  const before = at(1);
  const isRight = (n: number) => {
    const row = logarithms.subarray(n * classes, (n + 1) * classes);
    return row.every((value, c) => c === labels[n] || value < row[labels[n]!]!);
  };
  if (Array.from(labels, (_, n) => n).every(isRight)) {
    return { temperature: 1, before: before.nll, after: before.nll };
  }
  let low = 1 / temperatures.highest;
  let high = 1 / temperatures.lowest;
  for (let i = 0; i < 60; i++) {
    const middle = Math.sqrt(low * high);
    if (at(middle).slope < 0) low = middle;
    else high = middle;
  }
  const inverse = Math.sqrt(low * high);
  return { temperature: 1 / inverse, before: before.nll, after: at(inverse).nll };
}

/** Mean NLL with the logits `inverse` x logarithms, and its derivative. */
function nllAt(logarithms: Float64Array, labels: ArrayLike<number>, classes: number, inverse: number) {
  let nll = 0;
  let slope = 0;
  for (let n = 0; n < labels.length; n++) {
    const row = n * classes;
    const truth = logarithms[row + labels[n]!]!;
    let most = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < classes; c++) most = Math.max(most, logarithms[row + c]!);
    let sum = 0;
    let mean = 0;
    for (let c = 0; c < classes; c++) {
      const weight = Math.exp(inverse * (logarithms[row + c]! - most));
      sum += weight;
      mean += weight * logarithms[row + c]!;
    }
    nll += inverse * (most - truth) + Math.log(sum);
    slope += mean / sum - truth;
  }
  return { nll: nll / labels.length, slope: slope / labels.length };
}

/**
 * Probabilities at a temperature.
 * @param probabilities [count, classes]
 */
export function tempered(probabilities: ArrayLike<number>, classes: number, temperature: number): Float64Array {
  const out = Float64Array.from(probabilities);
  if (temperature === 1) return out;
  for (let row = 0; row < out.length; row += classes) {
    const own = out.subarray(row, row + classes);
    const most = own.reduce((a, b) => Math.max(a, b), 0);
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      own[c] = Math.exp(Math.log(Math.max(own[c]!, least) / most) / temperature);
      sum += own[c]!;
    }
    for (let c = 0; c < classes; c++) own[c] /= sum;
  }
  return out;
}
