export {
  type Accumulate,
  GradientReduction,
  type GradientReductionOptions,
  type ReductionMode,
  partialSums,
} from './gradient.ts';
export { ScalarReduction } from './scalars.ts';
export { type UnitRange, unitsOfRank } from './units.ts';
