import type { CalibratedPredictions } from '../../calibration/index.ts';

/** What predictions are told with beside their numbers. */
export interface PredictionLabels {
  /** what an example is: the key of its name */
  readonly example: 'image' | 'row';
  /** one per example: where it is from */
  readonly names: readonly string[];
  /** of the targets; of classes where they have names; null: classes are numbers, as in the sets that are known by name */
  readonly targets: readonly string[] | null;
  /** whether a CSV of numbers has a column of names: not where all rows are those of one file, in its order */
  readonly areNamed: boolean;
  /** what a held-out part makes of them; null: they are as the network gives them */
  readonly calibrated?: CalibratedPredictions | null;
}
