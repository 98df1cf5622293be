/**
 * `evaluations/details-step-N.json` of a run folder: what is told of an evaluation beside its figures in evaluations.jsonl, and
 * what a report draws of it. Of several evaluations after the same step it holds the last.
 */
import { z } from 'zod';
import { readPicture, recordPicture } from './picture-file.ts';

const share = z.number().min(0).max(1);
const interval = z.tuple([z.number(), z.number()]);

const group = z.object({
  name: z.string(),
  count: z.int().positive(),
  mean: z.number(),
  standardError: z.number().nonnegative(),
});

const grouping = z.object({
  /** what the groups are of: `class`, a column */
  by: z.string(),
  /** whose mean is told: the share of right classes, or of true numbers in their intervals of 90 % */
  figure: z.enum(['accuracy', 'coverage90']),
  groups: z.array(group).readonly(),
});
export type Grouping = z.infer<typeof grouping>;

const selective = z.object({
  /** what is lost where a prediction is kept: 1 for a wrong class, or |y - mean|, of several targets over their scales */
  loss: z.enum(['error', 'absoluteError']),
  aurc: z.number(),
  excessAurc: z.number(),
  /** mean loss of the most certain share of the examples; of classes, one less the accuracy */
  kept: z.array(z.object({ coverage: share, risk: z.number() })).readonly(),
});

const uncertain = z
  .array(
    z.object({
      kind: z.enum(['epistemic', 'aleatoric']),
      /** the most uncertain first */
      examples: z
        .array(
          z.object({
            /** place in the test set, from 0 */
            row: z.int().nonnegative(),
            /** its uncertainty of that kind: nats, or in the unit of the target */
            value: z.number(),
            truth: z.string(),
            predicted: z.string(),
            /** of the predicted class */
            probability: share.optional(),
            /** PNG, base64 */
            picture: z
              .string()
              .regex(/^[A-Za-z0-9+/]*=*$/)
              .optional(),
          }),
        )
        .readonly(),
    }),
  )
  .readonly();
export type UncertainExamples = z.infer<typeof uncertain>;

const details = z.object({
  step: z.int().nonnegative(),
  /** as in the line of evaluations.jsonl */
  at: z.string(),
  /** examples that were evaluated */
  count: z.int().positive(),
  /** bootstrap intervals of 95 %, by the names of the figures; those that are not finite are not there */
  intervals: z.record(z.string(), interval),
  /** how often examples were drawn anew for them */
  resamples: z.int().positive(),
  selective,
  groups: z.array(grouping).readonly(),
  /** of classes */
  adaptiveCalibrationError: z.number().optional(),
  /** mean loss of the k most certain examples, at some shares of them; and by the best order */
  curve: z.array(z.object({ coverage: share, risk: z.number(), best: z.number() })).readonly(),
  /** of classes: their names, and [true class, predicted class, how often], where that is not 0 */
  confusion: z
    .object({
      classes: z.array(z.string()).readonly(),
      cells: z.array(z.tuple([z.int(), z.int(), z.int().positive()])).readonly(),
    })
    .optional(),
  /** of numbers, by target: share of the examples whose P(Y <= y) is in each of as many equal parts of 0 .. 1 */
  pit: z
    .array(z.object({ name: z.string(), shares: z.array(share) }))
    .readonly()
    .optional(),
  // evaluations of earlier versions do not say
  uncertain: uncertain.optional(),
});
export type DetailsPicture = z.infer<typeof details>;

/** What is told of an evaluation in --json; the rest is drawn. */
export type EvaluationDetails = Pick<
  DetailsPicture,
  'intervals' | 'resamples' | 'selective' | 'groups' | 'adaptiveCalibrationError'
>;

const kind = 'details-step-';

/** @throws RunFolderError if the file cannot be written */
export function recordDetails(folder: string, record: DetailsPicture): void {
  recordPicture(folder, kind, record);
}

/** As `readPicture`. */
export function readDetails(folder: string, evaluation: Pick<DetailsPicture, 'step' | 'at'>): DetailsPicture | null {
  return readPicture(folder, kind, details, evaluation);
}
