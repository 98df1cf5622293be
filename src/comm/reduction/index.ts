export { type BucketRange, type GradientPart, leastBucket, planBuckets } from './buckets.ts';
export {
  type Accumulate,
  GradientReduction,
  type GradientReductionOptions,
  type ReductionMode,
  partialSums,
  wholeGradient,
} from './gradient.ts';
export { ScalarReduction } from './scalars.ts';
export { type UnitRange, unitsOfRank } from './units.ts';
