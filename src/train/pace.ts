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
    const counted =
      this.#steps > kept
        ? this.#seconds.slice()
        : this.#seconds.slice(Math.min(warmup, Math.floor(this.#steps / 2)), this.#steps);
    return counted.length === 0 ? Number.NaN : counted.sort()[counted.length >> 1]!;
  }
}
