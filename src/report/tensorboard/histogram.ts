/** Histograms over the bucket limits that TensorFlow has always used (tensorflow/core/lib/histogram/histogram.cc). */

/** What HistogramProto says. Bucket i holds the values from limit i - 1 to below limit i. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  readonly limits: readonly number[];
  readonly counts: readonly number[];
}

/** Growing by a tenth from 1e-12 to 1e20, the same below zero, 0 between them, the largest double at both ends. */
const bucketLimits = ((): Float64Array => {
  const positive: number[] = [];
  for (let limit = 1e-12; limit < 1e20; limit *= 1.1) positive.push(limit);
  positive.push(Number.MAX_VALUE);
  return Float64Array.from([...positive.map((limit) => -limit).toReversed(), 0, ...positive]);
})();

const counts = new Float64Array(bucketLimits.length);

/** NaN and infinities are left out: the format has no place for them. */
export function histogramOf(values: Float32Array): Histogram {
  counts.fill(0);
  let [min, max, count, sum, sumOfSquares] = [Number.MAX_VALUE, -Number.MAX_VALUE, 0, 0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    counts[bucketOf(value)]++;
    if (value < min) min = value;
    if (value > max) max = value;
    count++;
    sum += value;
    sumOfSquares += value * value;
  }
  return { min, max, count, sum, sumOfSquares, ...withoutEmptyRuns() };
}

/** The first bucket whose limit is greater than the value. */
function bucketOf(value: number): number {
  let low = 0;
  let high = bucketLimits.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bucketLimits[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A run of empty buckets is written as one, and none at the ends, where `min` and `max` are the edges. */
function withoutEmptyRuns(): { limits: number[]; counts: number[] } {
  const kept: { limits: number[]; counts: number[] } = { limits: [], counts: [] };
  const last = counts.length - 1;
  for (let i = 0; i <= last; i++) {
    if (counts[i] === 0 && (kept.limits.length === 0 || i === last || counts[i + 1] === 0)) continue;
    kept.limits.push(bucketLimits[i]);
    kept.counts.push(counts[i]);
  }
  return kept.limits.length > 0 ? kept : { limits: [Number.MAX_VALUE], counts: [0] };
}
