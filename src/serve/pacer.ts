/** Seconds between two drawings, at least. */
const pause = 2;

/**
 * While the run is at work the page takes no more than this share of one core in the long run, so that not even a rank that
 * has no other core to itself is slowed by more; the first drawings, of a training that may be short, take what they need.
 */
const share = 0.01;
const credit = 4;

/** When a page may be drawn again. */
export class Pacer {
  readonly #clock: () => number;
  readonly #cpu: () => number;
  readonly #began: number;
  /** what was computed before there was a page */
  readonly #before: number;
  #last = Number.NEGATIVE_INFINITY;

  /**
   * @param clock seconds
   * @param cpu seconds of computing of this process
   */
  constructor(clock = () => performance.now() / 1e3, cpu = cpuSeconds) {
    this.#clock = clock;
    this.#cpu = cpu;
    this.#began = clock();
    this.#before = cpu();
  }

  isDue(isAtWork: boolean): boolean {
    const now = this.#clock();
    if (now - this.#last < pause) return false;
    return !isAtWork || this.#cpu() - this.#before <= credit + share * (now - this.#began);
  }

  /** Draws, and counts from when that is done. */
  async time(draw: () => Promise<void>): Promise<void> {
    try {
      await draw();
    } finally {
      this.#last = this.#clock();
    }
  }
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
