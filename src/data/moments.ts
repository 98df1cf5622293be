export interface Moments {
  readonly mean: number;
  /** of the population: divided by n */
  readonly deviation: number;
  /** how many values went in */
  readonly count: number;
}

/** The mean of numbers that come one by one, in double; NaN is passed over. */
export class Mean {
  #sum = 0;
  #count = 0;
  #first = Number.NaN;
  #isConstant = true;

  add(x: number): void {
    if (Number.isNaN(x)) return;
    if (this.#count === 0) this.#first = x;
    else if (x !== this.#first) this.#isConstant = false;
    this.#sum += x;
    this.#count++;
  }

  get count(): number {
    return this.#count;
  }

  get isConstant(): boolean {
    return this.#isConstant;
  }

  /** The mean of equal numbers may be off by a rounding, and would leave a deviation of nearly nothing to divide by. */
  get value(): number {
    return this.#isConstant ? this.#first : this.#sum / this.#count;
  }
}

/**
 * Mean and standard deviation of the values of some rows, in double, in two passes; NaN is passed over.
 * @param value of a row
 */
export function momentsOf(rows: Int32Array, value: (row: number) => number): Moments {
  const mean = new Mean();
  for (let i = 0; i < rows.length; i++) mean.add(value(rows[i]));
  const { count, isConstant } = mean;
  if (isConstant) return { mean: mean.value, deviation: 0, count };
  let squares = 0;
  for (let i = 0; i < rows.length; i++) {
    const x = value(rows[i]);
    if (!Number.isNaN(x)) squares += (x - mean.value) ** 2;
  }
  return { mean: mean.value, deviation: Math.sqrt(squares / count), count };
}

/** What to divide by: nothing where a value never changes. */
export function scaleOf({ deviation }: Moments): number {
  return deviation > 0 ? deviation : 1;
}
