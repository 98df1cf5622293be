/** An extent along height, and one along width. */
export type Pair = readonly [number, number];

/** 2-d layers take one number for both axes, or a pair. */
export function pair(extent: number | Pair): Pair {
  return typeof extent === 'number' ? [extent, extent] : extent;
}
