/**
 * What an allreduce costs in the alpha-beta-gamma model: a message of n bytes takes `alpha + n beta` seconds, adding it up
 * `n gamma`. Thakur, Rabenseifner and Gropp (2005), Optimization of Collective Communication Operations in MPICH,
 * International Journal of High Performance Computing Applications 19(1), section 4.5.
 */

/** A link between ranks. */
export interface Link {
  /** alpha: seconds per message, one way */
  readonly latency: number;
  /** 1 / beta: bytes per second, one way */
  readonly bandwidth: number;
}

const algorithms = ['ring', 'recursive-doubling', 'rabenseifner'] as const;
export type Algorithm = (typeof algorithms)[number];

/**
 * Seconds for the sum of `bytes` over `ranks` that all share the same kind of link.
 * @param reduceBandwidth 1 / gamma: bytes per second that a rank adds to what it holds
 */
export function allreduceSeconds(
  algorithm: Algorithm,
  ranks: number,
  bytes: number,
  { latency, bandwidth }: Link,
  reduceBandwidth: number,
): number {
  if (ranks === 1) return 0;
  const move = bytes / bandwidth;
  const add = bytes / reduceBandwidth;
  if (algorithm === 'ring') {
    const share = (ranks - 1) / ranks;
    return 2 * (ranks - 1) * latency + share * (2 * move + add);
  }
  // The ranks past the last power of two hand their vector to a partner first and get the sum from it at the end.
  const rounds = Math.floor(Math.log2(ranks));
  const paired = 2 ** rounds;
  const extra = paired === ranks ? 0 : 2 * latency + 2 * move + add;
  if (algorithm === 'recursive-doubling') return rounds * (latency + move + add) + extra;
  // Rabenseifner: reduce-scatter by recursive halving, allgather by recursive doubling.
  const share = (paired - 1) / paired;
  return 2 * rounds * latency + share * (2 * move + add) + extra;
}

/** The cheapest of the algorithms, which is what an MPI library chooses by tables of sizes. */
export function cheapestAllreduceSeconds(ranks: number, bytes: number, link: Link, reduceBandwidth: number): number {
  return Math.min(...algorithms.map((algorithm) => allreduceSeconds(algorithm, ranks, bytes, link, reduceBandwidth)));
}
