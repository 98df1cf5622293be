/** How many of the last steps' times are kept. */
const kept = 65_536;

/** Steps at the start that are not counted: the machine compiles, caches are cold. */
const warmup = 20;

/** The times of a process's steps, in memory that does not grow with their number. */
export class Pace {
  readonly #seconds = new Float64Array(kept);
  #steps = 0;

  add(seconds: number): void {
    this.#seconds[this.#steps++ % kept] = seconds;
  }

  /** Median over the last 65,536 steps, the first 20 left out, or fewer where there are not 40; NaN without a step. */
  median(): number {
    return this.#steps > kept ? median(this.#seconds) : medianAfterWarmup(this.#seconds.subarray(0, this.#steps));
  }
}

/** Median of one number per step, those of the first 20 steps left out, or fewer where there are not 40; NaN of none. */
export function medianAfterWarmup(values: Float64Array): number {
  return median(values.subarray(Math.min(warmup, Math.floor(values.length / 2))));
}

function median(values: Float64Array): number {
  return values.length === 0 ? Number.NaN : values.toSorted()[values.length >> 1]!;
}
