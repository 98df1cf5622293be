/**
 * What a run folder keeps beside its metrics, for those who read it later: `starts.jsonl`, a line for each time that the
 * run began or went on, and `evaluations.jsonl`, one for each evaluation of a checkpoint.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { appendRecord, isAsWritten, isSealedRun, longFile, readRegular } from '../../run/index.ts';

export const startRecord = z.object({
  /** from which it went on; 0: it began */
  step: z.int().nonnegative(),
  /** ISO 8601 */
  at: z.string(),
  ranks: z
    .int()
    .positive()
    .max(2 ** 20),
  /** how the ranks are connected, for people */
  communicator: z.string(),
  /** which engine, for people */
  engine: z.string(),
  host: z.string(),
  cpu: z.string(),
  /** of the training set */
  examples: z.int().positive(),
  totalSteps: z.int().positive(),
  // Runs of earlier versions do not say what follows.
  /** examples of the test set, of data of one's own */
  test: z.int().nonnegative().optional(),
  /** numbers in all parameters together */
  parameters: z.int().nonnegative().optional(),
  likelihood: z.string().optional(),
  /** of data of one's own */
  targets: z
    .object({
      kind: z.enum(['classes', 'reals', 'counts']),
      /** of the columns or arrays */
      names: z.array(z.string()).readonly(),
      /** names of the classes, in the order of their numbers; null: they are numbers */
      classes: z.array(z.string()).readonly().nullable(),
    })
    .optional(),
});
export type StartRecord = z.infer<typeof startRecord>;

const share = z.number().min(0).max(1);

const evaluationShape = {
  /** of the checkpoint */
  step: z.int().nonnegative(),
  at: z.string(),
  /** where the examples came from, for people */
  data: z.string(),
  /** examples, of whatever kind */
  images: z.int().positive(),
  draws: z.int().positive(),
  // Runs of earlier versions do not say what follows.
  /** the run's own test set, the validation part of its data, data of other making; or what is no test of it (`isOfShift`) */
  of: z.enum(['test', 'validation', 'other', 'outOfDistribution', 'corrupted']).optional(),
  /** of the draws */
  seed: z.int().nonnegative().optional(),
  /** of other data: when the run's calibration was made that was held against them; none unless it is there */
  calibration: z.string().optional(),
  /** of classes: accuracy against confidence, by confidence in bins of equal width */
  reliability: z.array(z.object({ count: z.int().nonnegative(), confidence: share, accuracy: share })).optional(),
  /** out of distribution: what it was held against, for people, and how well each score tells them apart */
  against: z.string().optional(),
  detection: z
    .array(
      z.object({
        name: z.string(),
        auroc: share,
        aupr: share,
        fpr95: share,
        /** mean of the score over the run's own test set, and over these data */
        inside: z.number(),
        outside: z.number(),
      }),
    )
    .readonly()
    .optional(),
  /** corrupted: figures at each severity; at 0 the same examples as they are */
  corruptions: z
    .array(
      z.object({
        kind: z.string(),
        severity: z.int().min(0).max(5),
        figures: z.record(z.string(), z.number()),
        /** mean predictive entropy, nats; of numbers, mean standard deviation in the unit of the target */
        uncertainty: z.number(),
      }),
    )
    .readonly()
    .optional(),
};

/** An evaluation; what else is a number in its line is a figure of the likelihood, under its name. */
export const evaluationRecord = z.looseObject(evaluationShape).transform((record) => ({
  ...z.object(evaluationShape).parse(record),
  figures: figuresIn(record, Object.keys(evaluationShape)),
}));
export type EvaluationRecord = z.infer<typeof evaluationRecord>;

/** Whether it tells how a run meets what it was not made for: its figures stand beside those of no test set. */
export function isOfShift({ of }: Pick<EvaluationRecord, 'of'>): boolean {
  return of === 'outOfDistribution' || of === 'corrupted';
}

/** What sets an evaluation apart: of two with the same key, the later tells no more than the earlier. */
export function keyOfEvaluation({ step, data, of, images, draws, seed, calibration }: EvaluationRecord): string {
  return JSON.stringify([step, data, of ?? 'test', images, draws, seed, calibration]);
}

/**
 * The evaluation that speaks for a run: of its own test set, after the last step of which there is one, with the most draws;
 * of equal ones the last. None of other data, or of fewer draws, takes its place.
 */
export function ownEvaluation(evaluations: readonly EvaluationRecord[]): EvaluationRecord | undefined {
  return mostTelling(evaluations.filter(({ of = 'test' }) => of === 'test'));
}

/** Of evaluations of one kind: that after the last step, with the most draws; of equal ones the last. */
export function mostTelling(evaluations: readonly EvaluationRecord[]): EvaluationRecord | undefined {
  return evaluations.reduce<EvaluationRecord | undefined>(
    (best, one) => (best === undefined || !isLess(one, best) ? one : best),
    undefined,
  );
}

function isLess(one: EvaluationRecord, other: EvaluationRecord): boolean {
  return one.step === other.step ? one.draws < other.draws : one.step < other.step;
}

/** The evaluations of a run that can be read; a report says what is wrong with the others. */
export function keptEvaluations(folder: string): readonly EvaluationRecord[] {
  return kept(folder, evaluationsFile, evaluationRecord);
}

/** The starts of a run that can be read. */
export function keptStarts(folder: string): readonly StartRecord[] {
  return kept(folder, startsFile, startRecord);
}

function kept<T>(folder: string, file: string, schema: z.ZodType<T>): readonly T[] {
  let text: string;
  try {
    text = readRegular(join(folder, file), longFile).toString('utf8');
  } catch {
    return [];
  }
  return recordsIn(text, schema, isSealedRun(folder)).records;
}

/**
 * The lines of a file that are as they were written.
 * @param isSealed whether each must have a checksum; else one of an earlier version may be without
 * @returns with them, of how many lines in all some cannot be read, and some were written by others; whether the last line,
 *   one of those that cannot be read, has no end: who writes it may be about to
 */
export function recordsIn<T>(text: string, schema: z.ZodType<T>, isSealed: boolean) {
  const lines = text.split('\n');
  const records: T[] = [];
  // What stands behind the last line break was never finished.
  const isTorn = lines.at(-1) !== '';
  let [broken, edited] = [isTorn ? 1 : 0, 0];
  for (const line of lines.slice(0, -1)) {
    const record = schema.safeParse(parseJson(line)).data;
    if (record === undefined) broken++;
    else if (isAsWritten(line) ?? !isSealed) records.push(record);
    else edited++;
  }
  return { records, lines: lines.length, broken, edited, isTorn };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The numbers of a line that have no other place. */
export function figuresIn(record: object, others: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    Object.entries(record).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number' && !others.includes(entry[0]),
    ),
  );
}

export const startsFile = 'starts.jsonl';
export const evaluationsFile = 'evaluations.jsonl';

/** @throws RunFolderError if the file cannot be written */
export function recordStart(folder: string, start: StartRecord): void {
  appendRecord(join(folder, startsFile), start);
}

/** @throws RunFolderError if the file cannot be written */
export function recordEvaluation(folder: string, { figures, ...evaluation }: EvaluationRecord): void {
  const { reliability, detection, corruptions, at, ...facts } = evaluation;
  const lists = Object.entries({ reliability, detection, corruptions }).filter(([, list]) => list !== undefined);
  const record = { ...facts, ...figures, ...Object.fromEntries(lists) };
  appendRecord(join(folder, evaluationsFile), record, { at });
}
