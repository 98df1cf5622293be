/** The package brings no types: what is used of it. */
declare module 'fast-kde' {
  export function density1d(
    data: Float32Array,
    options?: {
      /** points of the grid */
      readonly bins?: number;
      /** standard deviation of the kernel; Scott's rule unless given */
      readonly bandwidth?: number;
    },
  ): Iterable<{ readonly x: number; readonly y: number }>;
}
