export interface Moments {
  readonly mean: number;
  /** of the population: divided by n */
  readonly deviation: number;
  /** how many values went in */
  readonly count: number;
}

/**
 * Mean and standard deviation of the values of some rows, in double, in two passes; NaN is passed over.
 * @param value of a row
 */
export function momentsOf(rows: Int32Array, value: (row: number) => number): Moments {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < rows.length; i++) {
    const x = value(rows[i]);
    if (Number.isNaN(x)) continue;
    sum += x;
    count++;
  }
  const mean = sum / count;
  let squares = 0;
  let first = Number.NaN;
  let isConstant = true;
  for (let i = 0; i < rows.length; i++) {
    const x = value(rows[i]);
    if (Number.isNaN(x)) continue;
    if (Number.isNaN(first)) first = x;
    else if (x !== first) isConstant = false;
    squares += (x - mean) ** 2;
  }
  // The mean of equal numbers may be off by a rounding, and would leave a deviation of nearly nothing to divide by.
  return { mean: isConstant ? first : mean, deviation: isConstant ? 0 : Math.sqrt(squares / count), count };
}

/** What to divide by: nothing where a value never changes. */
export function scaleOf({ deviation }: Moments): number {
  return deviation > 0 ? deviation : 1;
}
