/**
 * `evaluations/step-N.json` of a run folder: what a report draws of predicted numbers beside their figures in
 * evaluations.jsonl. Of several evaluations after the same step it holds the last.
 */
import { z } from 'zod';
import { type RealPredictive, type Units, centralCoverage, inUnits } from '../../likelihoods/index.ts';
import { readPicture, recordPicture } from './picture-file.ts';

/** Numbers that a JSON cannot hold, infinite ones, stand there as null. */
const numbers = z.array(
  z
    .number()
    .nullable()
    .transform((value) => value ?? Number.POSITIVE_INFINITY),
);

const target = z.object({
  name: z.string(),
  /** share of all rows within the central interval of each level */
  coverage: z.array(z.number().min(0).max(1)),
  /** of the rows below, in the unit of the target */
  target: numbers,
  mean: numbers,
  q05: numbers,
  q95: numbers,
  standardDeviation: numbers,
  /** P(Y <= y) */
  probability: numbers,
});

const picture = z.object({
  step: z.int().nonnegative(),
  /** as in the line of evaluations.jsonl */
  at: z.string(),
  /** rows that were evaluated */
  count: z.int().positive(),
  /** targets per row; of more than eight the first are here */
  outputs: z.int().positive(),
  /** whether what is predicted are counts, whose intervals hold whole numbers */
  areCounts: z.boolean(),
  levels: z.array(z.number()),
  /** places of the rows that are kept, in the order of the test set */
  rows: z.array(z.int().nonnegative()),
  targets: z.array(target),
});
export type RegressionPicture = z.infer<typeof picture>;
export type TargetPicture = z.infer<typeof target>;

const mostRows = 500;
const mostTargets = 8;
const levels = Array.from({ length: 19 }, (_, i) => (i + 1) / 20);

/** What is evaluated, and what its targets are. */
export interface Evaluated {
  readonly predictive: RealPredictive;
  /** [count, outputs], as they are kept: standardised by `units` */
  readonly targets: ArrayLike<number>;
  readonly units: Units | null;
  readonly names: readonly string[];
}

/** Rows are chosen evenly over the test set, at most 500. */
export function regressionPicture({
  predictive,
  targets,
  units,
  names,
}: Evaluated): Omit<RegressionPicture, 'step' | 'at'> {
  const { count, outputs, mean, standardDeviation, scores } = predictive;
  if (scores === null) throw new Error('the targets were not known when the draws were gathered');
  const kept = Math.min(count, mostRows);
  const rows = Array.from({ length: kept }, (_, i) => Math.floor((i * count) / kept));
  const ofTarget = (output: number): TargetPicture => {
    const values = (all: ArrayLike<number>) => rows.map((row) => sevenDigits(all[row * outputs + output]!));
    return {
      name: names[output] ?? `target ${output}`,
      coverage: centralCoverage(predictive, output, levels),
      target: rows.map((row) => sevenDigits(inUnits(targets[row * outputs + output]!, output, units))),
      mean: values(mean),
      q05: values(scores.interval[0]!),
      q95: values(scores.interval[3]!),
      standardDeviation: values(standardDeviation),
      probability: values(scores.probability),
    };
  };
  const shown = Math.min(outputs, mostTargets);
  const areCounts = scores.probabilityBelow !== scores.probability;
  return {
    ...{ count, outputs, areCounts, levels, rows },
    targets: Array.from({ length: shown }, (_, output) => ofTarget(output)),
  };
}

/** As many as float32 has. */
function sevenDigits(value: number): number {
  return Number(value.toPrecision(7));
}

const kind = 'step-';

/** @throws RunFolderError if the file cannot be written */
export function recordRegression(folder: string, record: RegressionPicture): void {
  recordPicture(folder, kind, record);
}

/** As `readPicture`. */
export function readRegression(
  folder: string,
  evaluation: Pick<RegressionPicture, 'step' | 'at'>,
): RegressionPicture | null {
  return readPicture(folder, kind, picture, evaluation);
}
