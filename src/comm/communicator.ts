/** The ranks that run one training together, each seen from one of them. */
export interface Communicator {
  readonly rank: number;
  readonly size: number;
  /** In place: each element becomes its sum over all ranks. */
  allreduceSum(values: Float32Array): void;
}
