/**
 * How long a rank has waited, as a deadline counts it. A machine that sleeps, a container that is paused, a job that is
 * suspended: the clock goes on, and nobody waits. So one look adds what has passed since the look before, and a second at
 * the most: who looks keeps looking, many times a second, while he waits.
 */
export class WaitClock {
  #last = performance.now();
  #waited = 0;

  /** @returns milliseconds waited since the start, or since the last `restart` */
  look(): number {
    const now = performance.now();
    this.#waited += Math.min(now - this.#last, longestLook);
    this.#last = now;
    return this.#waited;
  }

  restart(): void {
    this.#last = performance.now();
    this.#waited = 0;
  }
}

const longestLook = 1000;
