/** How a run meets what it was not made for: data of another kind, and its own images made worse. */
import {
  type ArrayExamples,
  type ImageShape,
  corruptedImages,
  corruptions,
  gatherTargets,
  gatheredInputs,
} from '../data/index.ts';
import { type Score, detection, uncertaintyScores } from '../evaluation/index.ts';
import { UsageError } from '../errors/index.ts';
import type { PredictionInputs } from '../inference/index.ts';
import type { Predictive, Units } from '../likelihoods/index.ts';
import {
  type EvaluationRecord,
  type ScoresPicture,
  keptEvaluations,
  recordEvaluation,
  recordScores,
  scoreHistogram,
} from '../report/index.ts';
import type { RunConfiguration } from '../train/index.ts';
import type { AskedGroups } from './details.ts';
import type { Experiment } from './experiment.ts';
import type { Progress } from './prediction.ts';
import type { Watch } from './watch.ts';

/** With the draws and the seed of the evaluation, on all ranks together. */
export type Predict = (
  data: PredictionInputs,
  quantiles?: readonly number[],
  progress?: Progress,
) => Promise<Predictive>;

/** What is evaluated beside the test set, read beforehand. */
export interface Asked {
  readonly groups: AskedGroups | null;
  /** data of another kind, and what they are called */
  readonly other: { readonly data: string; readonly inputs: PredictionInputs } | null;
  readonly corrupt: boolean;
}

export const nothingAsked: Asked = { groups: null, other: null, corrupt: false };

export interface ToldShifts {
  /** where other data were given: how well scores tell them from the test set */
  readonly outOfDistribution?: {
    readonly data: string;
    readonly count: number;
    readonly scores: readonly DetectionFigures[];
  };
  /** where it was asked for: figures of some test images under corruptions */
  readonly corruptions?: { readonly count: number; readonly figures: readonly CorruptionFigures[] };
}

interface Shifts {
  readonly told: ToldShifts;
  /** what is drawn of the scores */
  readonly scores: ScoresPicture['scores'];
  /** of the other data; null: there are none */
  readonly outside: Predictive | null;
}

interface ShiftRequest {
  readonly experiment: Experiment;
  readonly test: ArrayExamples;
  readonly predictive: Predictive;
  readonly asked: Asked;
  readonly predict: Predict;
}

/** On several ranks, all of them call it. */
export async function shiftsOf(
  { experiment, test, predictive, asked, predict }: ShiftRequest,
  watch: Pick<Watch, 'evaluating'>,
): Promise<Shifts> {
  const { other, corrupt } = asked;
  const units = experiment.model.units ?? null;
  const told: { -readonly [Key in keyof ToldShifts]: ToldShifts[Key] } = {};
  let scores: Shifts['scores'] = [];
  let outside: Predictive | null = null;
  if (other !== null) {
    outside = await predict(other.inputs);
    const found = detectionOf(uncertaintyScores(predictive, units), uncertaintyScores(outside, units));
    told.outOfDistribution = { data: other.data, count: outside.count, scores: found.detection };
    scores = found.scores;
  }
  if (corrupt) told.corruptions = await corruptionOf({ experiment, test, predict }, watch);
  return { told, scores, outside };
}

/** Scores that only the network itself can tell, beside those of its predictions. */
export function withScores(shifts: Shifts, inside: readonly Score[], outside: readonly Score[]): Shifts {
  const { told, scores } = shifts;
  if (told.outOfDistribution === undefined) return shifts;
  const found = detectionOf(inside, outside);
  const { scores: known, ...facts } = told.outOfDistribution;
  return {
    ...shifts,
    told: { ...told, outOfDistribution: { ...facts, scores: [...known, ...found.detection] } },
    scores: [...scores, ...found.scores],
  };
}

/**
 * A line for each, which speaks for no test set; and what is drawn of the scores beside.
 * @throws RunFolderError where they cannot be written
 */
export function recordShifts(
  { run, step, draws, configuration }: ShiftRecord,
  { told: { outOfDistribution, corruptions: corrupted }, scores }: Shifts,
): void {
  const { name, path } = configuration.data;
  const own = path ?? name;
  const facts = { step, draws, seed: configuration.seed, figures: {} };
  if (outOfDistribution) {
    const at = new Date().toISOString();
    const { data, count, scores: detected } = outOfDistribution;
    const of = 'outOfDistribution' as const;
    const kept = keptEvaluations(run).filter((one) => one.of === of && one.data === data && one.step === step);
    if (kept.every((one) => one.draws <= draws)) recordScores(run, { step, at, data, scores });
    recordEvaluation(run, { ...facts, at, data, of, images: count, against: own, detection: detected });
  }
  if (corrupted) {
    const at = new Date().toISOString();
    const of = 'corrupted' as const;
    recordEvaluation(run, { ...facts, at, data: own, of, images: corrupted.count, corruptions: corrupted.figures });
  }
}

interface ShiftRecord {
  readonly run: string;
  readonly step: number;
  readonly draws: number;
  readonly configuration: RunConfiguration;
}

export type DetectionFigures = NonNullable<EvaluationRecord['detection']>[number];
export type CorruptionFigures = NonNullable<EvaluationRecord['corruptions']>[number];

/** How well each score tells the run's own test set from other data: scores that both have, paired by their names. */
function detectionOf(
  inside: readonly Score[],
  outside: readonly Score[],
): { readonly detection: readonly DetectionFigures[]; readonly scores: ScoresPicture['scores'] } {
  const pairs = inside.flatMap((own) => {
    const other = outside.find(({ name }) => name === own.name);
    return other === undefined ? [] : [{ own, other }];
  });
  return {
    detection: pairs.map(({ own, other }) => ({
      ...{ name: own.name, ...detection(own.values, other.values) },
      ...{ inside: mean(own.values), outside: mean(other.values) },
    })),
    scores: pairs.map(({ own, other }) => scoreHistogram(own.name, own.values, other.values)),
  };
}

const severities = [1, 2, 3, 4, 5];
/** Examples that are corrupted, at most: spread evenly over the test set. */
const mostCorrupted = 2000;

interface CorruptionRequest {
  readonly experiment: Experiment;
  readonly test: ArrayExamples;
  readonly predict: Predict;
}

/** @throws UsageError where the examples are no images */
export function assertImages({ model }: Pick<Experiment, 'model'>): void {
  const { dtype, shape } = model.input;
  if (dtype === 'u8' && (shape.length === 2 || shape.length === 3)) return;
  throw new UsageError('--corrupt is for images', { got: `examples of ${shape.join('x')} numbers` });
}

/**
 * Figures and mean uncertainty of some of the test images, as they are (severity 0) and under each corruption at each
 * severity. On several ranks, all of them call it.
 */
async function corruptionOf(
  { experiment, test, predict }: CorruptionRequest,
  watch: Pick<Watch, 'evaluating'>,
): Promise<NonNullable<ToldShifts['corruptions']>> {
  const { model, configuration } = experiment;
  const [height = 1, width = 1, channels = 1] = model.input.shape;
  const shape: ImageShape = [height, width, channels];
  const count = Math.min(mostCorrupted, test.count);
  const rows = Int32Array.from({ length: count }, (_, i) => Math.floor((i * test.count) / count));
  const images = gatheredInputs(test.inputs, rows, shape);
  if (!(images instanceof Uint8Array)) throw new TypeError('images that are not of bytes');
  const targets = targetsOf(test, rows);
  const wanted = [
    { kind: 'none' as const, severity: 0 },
    ...corruptions.flatMap((kind) => severities.map((severity) => ({ kind, severity }))),
  ];
  const told: CorruptionFigures[] = [];
  for (const [part, { kind, severity }] of wanted.entries()) {
    const { seed } = configuration;
    const inputs = kind === 'none' ? images : corruptedImages(images, count, shape, { kind, severity, seed });
    const own = await predict({ count, inputs, targets }, [], (done, total) =>
      watch.evaluating(part * total + done, wanted.length * total),
    );
    told.push({
      ...{ kind, severity, figures: chosen(model, own, targets) },
      uncertainty: mean(uncertaintyOf(own, model.units ?? null)),
    });
  }
  return { count, figures: told };
}

function targetsOf({ count, targets }: ArrayExamples, rows: Int32Array): Float32Array | Int32Array {
  const width = targets.length / count;
  const kept = new (targets instanceof Float32Array ? Float32Array : Int32Array)(rows.length * width);
  gatherTargets(targets, width, rows, kept);
  return kept;
}

/** Those of the likelihood's figures that are drawn: of classes accuracy, NLL and calibration error, of numbers others. */
const drawn = ['accuracy', 'nll', 'ece', 'rmse', 'coverage90'];

function chosen({ likelihood, units = null }: Experiment['model'], predictive: Predictive, targets: ArrayLike<number>) {
  const figures = Object.entries(likelihood.quality(predictive, targets, units));
  return Object.fromEntries(figures.filter(([name, value]) => drawn.includes(name) && Number.isFinite(value)));
}

/** Of classes the predictive entropy, of numbers the standard deviation. */
function uncertaintyOf(predictive: Predictive, units: Units | null): Float64Array {
  const scores = uncertaintyScores(predictive, units);
  return (scores.find(({ name }) => name === 'standardDeviation') ?? scores[0]!).values;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
