/** Elements of the gradient from `begin` up to `end`. */
export interface BucketRange {
  readonly begin: number;
  readonly end: number;
}

/** Elements that are written together. */
export interface GradientPart extends BucketRange {
  /** after how many calls of the backward pass they are complete */
  readonly ready: number;
}

/**
 * Elements that a bucket has at least, unless no more are left: 64 KiB. A reduction of less takes no less time, and a
 * larger bucket waits longer until it can start.
 */
export const leastBucket = 1 << 14;

/**
 * Fuses the parts of a gradient, which lie side by side, into buckets, in the order in which they become ready. The
 * backward pass writes the last layer's gradient first: parts are taken from the back, and a bucket that is large enough
 * takes none that would keep it waiting.
 * @param parts in the order of their places
 * @param least elements of a bucket; Infinity: one bucket
 */
export function planBuckets(parts: readonly GradientPart[], least: number): GradientPart[] {
  const buckets: GradientPart[] = [];
  for (const part of parts.toReversed()) {
    const last = buckets.at(-1);
    if (last === undefined || (last.end - last.begin >= least && part.ready > last.ready)) buckets.push(part);
    else buckets[buckets.length - 1] = { ...part, end: last.end, ready: Math.max(last.ready, part.ready) };
  }
  return buckets.sort((a, b) => a.ready - b.ready);
}
