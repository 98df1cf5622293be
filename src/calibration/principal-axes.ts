/** Principal axes of rows of numbers: the directions in which they differ most. */
import { EVD, Matrix } from 'ml-matrix';

export interface PrincipalAxes {
  readonly width: number;
  /** of the rows */
  readonly kept: number;
  /** [width]: the mean of the rows */
  readonly centre: Float32Array;
  /** [kept, width] */
  readonly axes: Float32Array;
}

/**
 * @param rows [count, width]
 * @param most axes that are kept, those of the largest variances
 */
export function principalAxes(rows: Float32Array, width: number, most: number): PrincipalAxes {
  const count = rows.length / width;
  const centre = new Float64Array(width);
  for (let n = 0; n < count; n++) for (let i = 0; i < width; i++) centre[i] += rows[n * width + i]! / count;
  const { realEigenvalues: variances, eigenvectorMatrix: vectors } = new EVD(covarianceOf(rows, centre), {
    assumeSymmetric: true,
  });
  const order = variances.map((_, i) => i).toSorted((a, b) => variances[b]! - variances[a]! || a - b);
  const kept = Math.min(most, width);
  const axes = new Float32Array(kept * width);
  for (let k = 0; k < kept; k++) {
    for (let i = 0; i < width; i++) axes[k * width + i] = vectors.get(i, order[k]!);
  }
  return { width, kept, centre: Float32Array.from(centre), axes };
}

function covarianceOf(rows: Float32Array, centre: Float64Array): Matrix {
  const width = centre.length;
  const count = rows.length / width;
  const sums = Array.from({ length: width }, () => new Float64Array(width));
  const row = new Float64Array(width);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < width; i++) row[i] = rows[n * width + i]! - centre[i]!;
    for (let i = 0; i < width; i++) {
      const value = row[i]!;
      const sum = sums[i]!;
      for (let j = 0; j <= i; j++) sum[j] += value * row[j]!;
    }
  }
  const covariance = new Matrix(width, width);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      const value = sums[i]![j]! / Math.max(1, count - 1);
      covariance.set(i, j, value);
      covariance.set(j, i, value);
    }
  }
  return covariance;
}

/** Rows in the coordinates of the axes: [count, kept]. */
export function onAxes(rows: Float32Array, { width, kept, centre, axes }: PrincipalAxes): Float32Array {
  const count = rows.length / width;
  const out = new Float32Array(count * kept);
  const row = new Float64Array(width);
  // axis by axis each sum would wait for its own last term: four go side by side, the last ones by themselves
  const sides = kept - (kept % 4);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < width; i++) row[i] = rows[n * width + i]! - centre[i]!;
    for (let k = 0; k < sides; k += 4) {
      const at = k * width;
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let i = 0; i < width; i++) {
        const value = row[i]!;
        a += axes[at + i]! * value;
        b += axes[at + width + i]! * value;
        c += axes[at + 2 * width + i]! * value;
        d += axes[at + 3 * width + i]! * value;
      }
      out.set([a, b, c, d], n * kept + k);
    }
    for (let k = sides; k < kept; k++) {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += axes[k * width + i]! * row[i]!;
      out[n * kept + k] = sum;
    }
  }
  return out;
}
