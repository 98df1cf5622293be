/** Principal axes of rows of numbers: the directions in which they differ most. */

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
  for (let i = 0; i < rows.length; i++) centre[i % width] += rows[i]! / count;
  const covariance = new Float64Array(width * width);
  const row = new Float64Array(width);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < width; i++) row[i] = rows[n * width + i]! - centre[i]!;
    for (let i = 0; i < width; i++) {
      const value = row[i]! / Math.max(1, count - 1);
      if (value === 0) continue;
      for (let j = i; j < width; j++) covariance[i * width + j] += value * row[j]!;
    }
  }
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) covariance[i * width + j] = covariance[j * width + i]!;
  const vectors = diagonalised(covariance, width);
  const order = Array.from({ length: width }, (_, i) => i).toSorted(
    (a, b) => covariance[b * width + b]! - covariance[a * width + a]! || a - b,
  );
  const kept = Math.min(most, width);
  const axes = new Float32Array(kept * width);
  for (let k = 0; k < kept; k++) {
    for (let i = 0; i < width; i++) axes[k * width + i] = vectors[order[k]! * width + i]!;
  }
  return { width, kept, centre: Float32Array.from(centre), axes };
}

/** Rows in the coordinates of the axes: [count, kept]. */
export function onAxes(rows: Float32Array, { width, kept, centre, axes }: PrincipalAxes): Float32Array {
  const count = rows.length / width;
  const out = new Float32Array(count * kept);
  const row = new Float64Array(width);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < width; i++) row[i] = rows[n * width + i]! - centre[i]!;
    for (let k = 0; k < kept; k++) {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += axes[k * width + i]! * row[i]!;
      out[n * kept + k] = sum;
    }
  }
  return out;
}

/** Sweeps of Jacobi's method: each makes what is beside the diagonal quadratically smaller. */
const mostSweeps = 30;

/**
 * Cyclic Jacobi (Golub and Van Loan, algorithm 8.5.3): leaves the eigenvalues on the diagonal of `matrix`.
 * @returns the eigenvectors, row by row
 */
function diagonalised(matrix: Float64Array, size: number): Float64Array {
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let [beside, on] = [0, 0];
    for (let i = 0; i < size; i++) {
      on += matrix[i * size + i]! ** 2;
      for (let j = 0; j < i; j++) beside += matrix[i * size + j]! ** 2;
    }
    // axes are kept in float32
    if (beside <= 1e-18 * on) break;
    for (let p = 0; p < size - 1; p++) for (let q = p + 1; q < size; q++) rotate(matrix, vectors, size, p, q);
  }
  return vectors;
}

/** Makes the element (p, q) of a symmetric matrix 0. */
function rotate(matrix: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const off = matrix[p * size + q]!;
  if (off === 0) return;
  const theta = (matrix[q * size + q]! - matrix[p * size + p]!) / (2 * off);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  turn(matrix, size, p, q, c, s);
  for (let i = 0; i < size; i++) {
    const [a, b] = [matrix[i * size + p]!, matrix[i * size + q]!];
    matrix[i * size + p] = c * a - s * b;
    matrix[i * size + q] = s * a + c * b;
  }
  turn(vectors, size, p, q, c, s);
}

/** Rows p and q, turned. */
function turn(matrix: Float64Array, size: number, p: number, q: number, c: number, s: number): void {
  for (let i = 0; i < size; i++) {
    const [a, b] = [matrix[p * size + i]!, matrix[q * size + i]!];
    matrix[p * size + i] = c * a - s * b;
    matrix[q * size + i] = s * a + c * b;
  }
}
