/** A run folder, read for a report: whatever is there, and in words what is missing or broken. Nothing is changed. */
import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { UsageError, commandOf } from '../../errors/index.ts';
import {
  assertSealed,
  configurationFile,
  hasSeal,
  isSealedRun,
  longFile,
  type CalibrationFacts,
  mayBeHeld,
  readCalibrationFacts,
  readRegular,
} from '../../run/index.ts';
import { gravitationName, medianAfterWarmup, ownDataName } from '../../train/index.ts';
import { type StepCurves, curvesFile, curvesRecord, unpackCurves } from '../posterior/curves-file.ts';
import { type FlatSettings, flatSettings } from './flat-settings.ts';
import { type RankRecord, rankRecord, ranksFile } from './rank-speeds.ts';
import { type RegressionPicture, readRegression } from './regression.ts';
import { type DetailsPicture, readDetails } from './details.ts';
import { type ScoresPicture, readScores } from './scores.ts';
import { type WavesPicture, readWaves } from './waves.ts';
import {
  type EvaluationRecord,
  type StartRecord,
  evaluationRecord,
  evaluationsFile,
  figuresIn,
  isOfShift,
  mostTelling,
  ownEvaluation,
  recordsIn,
  startRecord,
  startsFile,
} from './records.ts';

const configuration = z.object({
  /** a name, the path of a module, or a network that is written down */
  model: z.union([z.string(), z.record(z.string(), z.unknown())]),
  data: z.object({
    name: z.string(),
    path: z.string().nullish(),
  }),
  seed: z.number(),
  batchSize: z.int().positive(),
  replicas: z.int().positive(),
  learningRate: z.number(),
  engine: z.string(),
  precision: z.string(),
  reduce: z.string(),
});

const metricsShape = {
  step: z.int().positive(),
  epoch: z.number(),
  nll: z.number(),
  kl: z.number(),
  negativeElbo: z.number(),
  samplesPerSecond: z.number(),
};

const others = [...Object.keys(metricsShape), 'beta', 'learningRate', 'seconds'];

/** A line of metrics.jsonl; what else is a number in it is the likelihood's figure. */
const metricsRecord = z.looseObject(metricsShape).transform((record) => ({
  ...z.object(metricsShape).parse(record),
  figures: figuresIn(record, others),
}));

/** What data these are: a name, or the path of one's own. */
export function sourceOf({ name, path }: z.infer<typeof configuration>['data']): string {
  return (name === ownDataName || name === gravitationName) && path ? path : name;
}

/** Times of the steps in timing.csv; samples over all ranks. */
export interface Timing {
  readonly steps: number;
  /** of all steps together, evaluation and checkpoints left out */
  readonly seconds: number;
  /** medians, the first 20 steps left out */
  readonly samplesPerSecond: number;
  readonly stepSeconds: number;
  /** the step time that nine of ten steps stay below */
  readonly slowStepSeconds: number;
}

export interface RunReport {
  readonly folder: string;
  /** the folder's own name */
  readonly name: string;
  readonly configuration: z.infer<typeof configuration> | null;
  /** all that it says, by paths */
  readonly settings: FlatSettings | null;
  readonly metrics: readonly z.infer<typeof metricsRecord>[];
  readonly timing: Timing | null;
  /** how fast each rank was, on the way; none of a run of one */
  readonly ranks: readonly RankRecord[];
  readonly starts: readonly StartRecord[];
  readonly evaluations: readonly EvaluationRecord[];
  /** the one of them that speaks for the run; null: there is none */
  readonly evaluation: EvaluationRecord | null;
  /** what held-out examples taught about the checkpoint of that evaluation; null: nothing */
  readonly calibration: CalibrationFacts | null;
  /** what is drawn of that evaluation, where it is of numbers */
  readonly regression: RegressionPicture | null;
  /** and where it is of gravitational waves */
  readonly waves: WavesPicture | null;
  /** what is told and drawn of that evaluation beside its figures */
  readonly details: DetailsPicture | null;
  /** evaluations on data of other kinds, one for each of these, and how scores are distributed */
  readonly outOfDistribution: readonly {
    readonly evaluation: EvaluationRecord;
    readonly scores: ScoresPicture | null;
  }[];
  /** the evaluation under corruptions; null: there is none */
  readonly corrupted: EvaluationRecord | null;
  readonly posterior: readonly StepCurves[];
  /** how far it is, in a sentence, while it is trained; null: it is not, or has no step to go */
  readonly atWork: string | null;
  /** what is missing or cannot be read, a sentence each */
  readonly problems: readonly string[];
}

/**
 * Of a run that is being written, what it has not written yet, and a line that it is about to end, are no problems.
 * @throws UsageError for a folder that is none, or that holds no run
 */
export function readRun(folder: string): RunReport {
  const path = join(folder, configurationFile);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new UsageError(`run folder ${folder} does not exist`, {
      remedy: 'Give the folder that credence train printed',
    });
  }
  const hasRun = [configurationFile, 'metrics.jsonl', 'timing.csv'].some((name) => existsSync(join(folder, name)));
  if (!hasRun) {
    throw new UsageError(`${folder} is no run folder: it has no ${configurationFile}`, {
      remedy: 'Give the folder that credence train printed, or that of a sweep of credence submit',
    });
  }
  const problems: string[] = [];
  // before its files: one that ends meanwhile has written them all
  const isAtWork = mayBeHeld(folder);
  const isSealed = isSealedRun(folder);
  let isOfSealing = false;
  let flat: FlatSettings | null = null;
  const settings = attempt(path, problems, (text) => {
    isOfSealing = hasSeal(text);
    const values: unknown = parse(text, { uniqueKeys: false });
    const read = configuration.parse(values);
    flat = flatSettings(values as object);
    try {
      assertSealed(text, { path, run: folder, isSealed });
    } catch (error) {
      problems.push((error as Error).message);
    }
    return read;
  });
  const records = <T>(name: string, schema: z.ZodType<T>) =>
    readRecords(folder, name, schema, { problems, isSealed, isAtWork });
  const metrics = records('metrics.jsonl', metricsRecord);
  const starts = records(startsFile, startRecord);
  const evaluations = records(evaluationsFile, evaluationRecord);
  if (starts.length === 0 && isOfSealing)
    problems.push(`${startsFile} is missing or empty: nothing says where the run was trained`);
  const isNothingHeldOut = starts.at(-1)?.test === 0;
  const evaluation =
    ownEvaluation(evaluations) ?? (isNothingHeldOut ? evaluations.findLast((one) => !isOfShift(one)) : null) ?? null;
  const report = {
    folder,
    name: basename(resolve(folder)),
    configuration: settings,
    settings: flat,
    metrics,
    timing: readTiming(join(folder, 'timing.csv'), isAtWork ? [] : problems),
    ranks: records(ranksFile, rankRecord),
    starts,
    evaluations,
    evaluation,
    calibration: calibrationOf(folder, evaluation, problems),
    regression: pictureOf(readRegression, folder, evaluation, problems),
    waves: pictureOf(readWaves, folder, evaluation, problems),
    details: pictureOf(readDetails, folder, evaluation, problems),
    outOfDistribution: otherDataIn(evaluations).map((one) => ({
      evaluation: one,
      scores: pictureOf(readScores, folder, one, problems),
    })),
    corrupted: mostTelling(evaluations.filter(({ of }) => of === 'corrupted')) ?? null,
    posterior: records(curvesFile, curvesRecord).map(unpackCurves),
  };
  const planned = starts.at(-1)?.totalSteps;
  const last = metrics.at(-1)?.step ?? 0;
  const isShort = planned !== undefined && last < planned;
  if (isShort && !isAtWork) {
    problems.push(
      `the run is not finished: step ${last} of ${planned}. Go on with: ${commandOf('train', '--resume', [folder])}`,
    );
  }
  if (evaluations.length === 0 && !isAtWork) {
    problems.push(
      isNothingHeldOut
        ? `nothing was held out to evaluate it on. Do it on other data with: ${commandOf('evaluate', [folder], '--data', 'FILE')}`
        : `no evaluation is kept, so there is no calibration. Make one with: ${commandOf('evaluate', [folder])}`,
    );
  }
  const atWork = isShort && isAtWork ? `the run is being trained: step ${last} of ${planned} so far` : null;
  return { ...report, atWork, problems };
}

/** Lines that are as they were written; in words, how many are not. */
function readRecords<T>(
  folder: string,
  name: string,
  schema: z.ZodType<T>,
  how: { readonly problems: string[]; readonly isSealed: boolean; readonly isAtWork: boolean },
): T[] {
  const { problems, isSealed, isAtWork } = how;
  const path = join(folder, name);
  // Of what only some runs have, an absent file says nothing: a network without posteriors has no curves.
  if (!existsSync(path) && (isAtWork || name !== 'metrics.jsonl')) return [];
  const text = attempt(path, problems, (content) => content);
  if (text === null) return [];
  const { records, lines, broken, edited, isTorn } = recordsIn(text, schema, isSealed);
  const left = `of ${lines} lines`;
  const lost = isTorn && isAtWork ? broken - 1 : broken;
  if (lost > 0) problems.push(`${name}: ${lost} ${left} cannot be read and are left out`);
  if (edited > 0) problems.push(`${name}: ${edited} ${left} are not as credence wrote them and are left out`);
  return records;
}

/** Of each data of another kind the evaluation that speaks for it. */
function otherDataIn(evaluations: readonly EvaluationRecord[]): EvaluationRecord[] {
  const others = evaluations.filter(({ of }) => of === 'outOfDistribution');
  return [...new Set(others.map(({ data }) => data))].map(
    (name) => mostTelling(others.filter(({ data }) => data === name))!,
  );
}

function calibrationOf(
  folder: string,
  evaluation: EvaluationRecord | null,
  problems: string[],
): CalibrationFacts | null {
  try {
    return evaluation === null ? null : readCalibrationFacts(folder, evaluation.step);
  } catch (error) {
    problems.push((error as Error).message);
    return null;
  }
}

function pictureOf<T>(
  read: (folder: string, evaluation: EvaluationRecord) => T | null,
  folder: string,
  last: EvaluationRecord | null,
  problems: string[],
): T | null {
  try {
    return last === null ? null : read(folder, last);
  } catch (error) {
    problems.push(`what is drawn of the evaluation after step ${last?.step} cannot be read: ${firstIssue(error)}`);
    return null;
  }
}

function readTiming(path: string, problems: string[]): Timing | null {
  const text = attempt(path, problems, (content) => content);
  if (text === null) return null;
  // what stands behind the last line break was never finished, and may look as if it were: half a number is one
  const rows = text
    .split('\n')
    .slice(1, -1)
    .map((line) => line.split(',').map(Number))
    .filter(([step, seconds, rate]) => step! > 0 && seconds! > 0 && rate! > 0);
  if (rows.length === 0) {
    problems.push('timing.csv holds no step yet');
    return null;
  }
  const seconds = Float64Array.from(rows, (row) => row[1]!);
  return {
    steps: rows.length,
    seconds: seconds.reduce((sum, value) => sum + value, 0),
    samplesPerSecond: medianAfterWarmup(Float64Array.from(rows, (row) => row[2]!)),
    stepSeconds: medianAfterWarmup(seconds),
    slowStepSeconds: seconds.toSorted()[Math.floor(0.9 * (seconds.length - 1))]!,
  };
}

/** null, and a problem more, where the file cannot be read or is not what it should be. */
function attempt<T>(path: string, problems: string[], read: (text: string) => T): T | null {
  const name = basename(path);
  try {
    return read(readRegular(path, longFile).toString('utf8'));
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    problems.push(isMissing ? `${name} is missing` : `${name} cannot be read: ${firstIssue(error)}`);
    return null;
  }
}

function firstIssue(error: unknown): string {
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    return `${issue?.path.join('.') || 'the whole'}: ${issue?.message}`;
  }
  return error instanceof Error ? (error.message.split('\n')[0] ?? '').replace(/:$/, '') : String(error);
}
