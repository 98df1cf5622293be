import type { Communicator } from '../comm/index.ts';
import type { ArrayExamples } from '../data/index.ts';
import { RunFolderError, commandOf } from '../errors/index.ts';
import { type Figure, type Predictive, figureOf, relativeErrors, reliability } from '../likelihoods/index.ts';
import {
  type EvaluationDetails,
  isOfShift,
  keptEvaluations,
  recordDetails,
  recordEvaluation,
  recordRegression,
  recordWaves,
  regressionPicture,
  writeEvaluationEvents,
} from '../report/index.ts';
import { parametersSha256 } from '../run/index.ts';
import { type Evaluate, type EvaluationFigures, type NamedTensor, gravitationName } from '../train/index.ts';
import { type Details, detailsOf, toldOf } from './details.ts';
import type { Experiment, ExperimentData } from './experiment.ts';
import { type PredictionTask, type Progress, predictOnThreads, predictShare, untilStopped } from './prediction.ts';
import {
  type Asked,
  type Predict,
  type ToldShifts,
  nothingAsked,
  recordShifts,
  shiftsOf,
  withScores,
} from './shift.ts';
import {
  type ToldCalibration,
  calibrate,
  calibrationWords,
  checkedElsewhere,
  networkScores,
  toldOfCalibration,
} from './calibrate.ts';
import { mostUncertain } from './uncertain.ts';
import type { Watch } from './watch.ts';
import { type Waves, isOfWaves, wavesOf, wordsOf } from './waves.ts';

/** What `train` and `evaluate` answer; with --json, exactly this, the figures among the rest under their names. */
export interface RunSummary extends ToldShifts {
  /** the run folder */
  readonly run: string;
  readonly model: string;
  /** of the checkpoint that was evaluated */
  readonly step: number;
  /** of the test set, by the names of the likelihood's figures; none where nothing is held out */
  readonly figures: EvaluationFigures;
  /** Monte Carlo draws of the weights; 1 for a model whose weights are fixed */
  readonly draws: number;
  /** of the training, over all ranks; null where too little was trained to tell */
  readonly samplesPerSecond: number | null;
  readonly parametersSha256: string;
  /** beside the figures: intervals, what is right of the most certain, groups; not there where nothing is held out */
  readonly details?: EvaluationDetails;
  /** what a held-out part taught; not there where there is none, or too little of it */
  readonly calibration?: ToldCalibration;
}

/** A summary, and what its figures are over. */
export interface Outcome {
  readonly summary: RunSummary;
  /** what the figures are called, and their units */
  readonly figures: readonly Figure[];
  /** examples of the test set */
  readonly examples: number;
  /** what they are, one of them */
  readonly kind: 'image' | 'signal' | 'row';
  readonly isBayesian: boolean;
  /** what was found in words, a line each */
  readonly words: readonly string[];
}

export interface Trained {
  /** the run folder */
  readonly run: string;
  readonly experiment: Experiment;
  readonly result: { readonly step: number; readonly parameters: readonly NamedTensor[] };
  readonly samplesPerSecond: number | null;
  /** whether the data of the experiment are not those of the run */
  readonly isOtherData?: boolean;
  /** nothing, unless given */
  readonly asked?: Asked;
}

/**
 * Trained parameters against the test set. A model without posteriors gives the same at every draw: one is made.
 * @param launched the ranks of a job that a launcher started, each of which calls this; else threads of this process
 * @returns null on a rank other than the first
 */
export async function evaluateParameters(
  trained: Trained,
  watch: Pick<Watch, 'evaluating' | 'note' | 'listen'>,
  launched: Communicator | null = null,
): Promise<Outcome | null> {
  const { run, experiment, result, samplesPerSecond } = trained;
  const { step, parameters } = result;
  const { model, data, isBayesian, configuration } = experiment;
  const { test } = data;
  const found = test === null ? nothingFound : await foundOn(test, trained, watch, launched);
  if (found === null) return null;
  const { figures, words, more } = found;
  return {
    summary: {
      ...{ run, model: model.name, step, figures, draws: isBayesian ? configuration.draws : 1, samplesPerSecond },
      parametersSha256: parametersSha256(parameters),
      ...more,
    },
    figures: told(model.likelihood.figures, figures),
    examples: test?.count ?? 0,
    kind: kindOf(experiment),
    isBayesian,
    words,
  };
}

/** What an evaluation finds. */
interface Found {
  readonly figures: EvaluationFigures;
  readonly words: readonly string[];
  readonly more: Pick<RunSummary, 'details' | 'calibration'> & ToldShifts;
}

const nothingFound: Found = { figures: {}, words: [], more: {} };

/** Predicts, compares, calibrates, and keeps it in the run folder. @returns null on a rank other than the first */
async function foundOn(
  test: ArrayExamples,
  trained: Trained,
  watch: Pick<Watch, 'evaluating' | 'note' | 'listen'>,
  launched: Communicator | null,
): Promise<Found | null> {
  const { run, experiment, result } = trained;
  const { step, parameters } = result;
  const { model, data, isBayesian, configuration } = experiment;
  const { source } = data;
  const draws = isBayesian ? configuration.draws : 1;
  const again = `Evaluate it with: ${commandOf('evaluate', [run], ...(isBayesian ? ['--draws', `${draws}`] : []))}`;
  const predict: Predict = (of, quantiles = [], progress = watch.evaluating) =>
    untilStopped(watch, 'evaluation', again, (stop) => {
      const task = { ...taskOf(experiment, parameters, of), quantiles };
      return launched
        ? predictShare(model, task, launched, progress, stop)
        : predictOnThreads(model, task, progress, stop);
    });
  const predictive = await predict(test);
  const held = trained.isOtherData ? null : data.validation;
  const validated = held && (await predict(held));
  const waves = await wavesIn(experiment, predictive, test, async (of, ...others) =>
    of === held && validated ? validated : predict(of, ...others),
  );
  const asked = trained.asked ?? nothingAsked;
  let shifts = await shiftsOf({ experiment, test, predictive, asked, predict }, watch);
  if (launched && launched.rank > 0) return null;
  const figures = figuresFrom(experiment, predictive, test.targets);
  let words = waves === null ? [] : wordsOf(figures, waves);
  const { names } = data.info.targets;
  const units = model.units ?? null;
  const details = {
    ...detailsOf(predictive, { targets: test.targets, units, names, seed: configuration.seed, asked: asked.groups }),
    uncertain: mostUncertain(predictive, test, names, units),
  };
  const of = trained.isOtherData ? 'other' : 'test';
  const task = { run, experiment, step, parameters, test: { predictive, examples: test } };
  const validation = held && validated && { predictive: validated, examples: held };
  const learned = trained.isOtherData ? checkedElsewhere(task, watch) : await calibrate({ ...task, validation }, watch);
  const calibration = learned !== null && 'reason' in learned ? null : learned;
  if (asked.other !== null && shifts.outside !== null) {
    const scored = { experiment, parameters, calibration };
    const inside = await networkScores({ ...scored, predictive, inputs: test });
    const { inputs } = asked.other;
    shifts = withScores(shifts, inside, await networkScores({ ...scored, predictive: shifts.outside, inputs }));
  }
  if (learned !== null) words = [...words, calibrationWords(learned, trained.isOtherData)];
  const more = {
    details: toldOf(details),
    ...shifts.told,
    ...(calibration && { calibration: toldOfCalibration(calibration) }),
  };
  try {
    const calibratedAt = trained.isOtherData ? (calibration?.at ?? null) : null;
    record({ run, step, source, of, figures, experiment, waves, details, calibratedAt }, predictive, test);
    recordShifts({ run, step, draws, configuration }, shifts);
  } catch (error) {
    // what was computed is told all the same
    if (!(error instanceof RunFolderError)) throw error;
    watch.note(`this evaluation is not kept: ${error.message}`);
  }
  return { figures, words, more };
}

async function wavesIn(
  experiment: Experiment,
  predictive: Predictive,
  test: ArrayExamples,
  predict: Predict,
): Promise<Waves | null> {
  if (predictive.kind !== 'reals' || !isOfWaves(experiment)) return null;
  return wavesOf(experiment, predictive, test, async (data, quantiles) => {
    const own = await predict(data, quantiles);
    if (own.kind === 'reals') return own;
    throw new TypeError(`a likelihood of reals that predicts ${own.kind}`);
  });
}

/** What an example of it is, for people. */
export function kindOf({ model, configuration }: Pick<Experiment, 'model' | 'configuration'>): Outcome['kind'] {
  if (model.input.dtype === 'u8') return 'image';
  return configuration.data.name === gravitationName ? 'signal' : 'row';
}

/** What an evaluation has to know of an experiment; a thread has no more. */
type Evaluated = Pick<Experiment, 'configuration' | 'model' | 'isBayesian'> & {
  readonly data: Pick<ExperimentData, 'info'>;
};

/** What a run is evaluated on while it is trained: the validation part, if there is one. null: nothing is held out. */
export function heldOut({ validation, test }: Pick<ExperimentData, 'validation' | 'test'>): ArrayExamples | null {
  return validation ?? test;
}

/** Which part of the run's data that is. */
export function partOnTheWay({ validation }: Pick<ExperimentData, 'validation'>): 'test' | 'validation' {
  return validation === null ? 'test' : 'validation';
}

/** What evaluations on the way were of, for people. */
export function sourceOnTheWay({ source, validation }: Pick<ExperimentData, 'source' | 'validation'>): string {
  return validation === null ? source : `${source}, validation part`;
}

/**
 * What each rank of a training run does every `evaluateEvery` steps: its share of the draws.
 * @param examples of which the figures are; null: none are held out
 * @param first on the first rank: where the figures go
 */
export function evaluationOnTheWay(
  experiment: Evaluated,
  examples: () => ArrayExamples | null,
  communicator: Communicator,
  first: (Pick<Evaluation, 'run' | 'source' | 'of'> & { readonly evaluating: Progress }) | null = null,
): Evaluate {
  const { model } = experiment;
  return async (step, parameters) => {
    const held = examples();
    if (held === null) return null;
    const task = taskOf(experiment, parameters, held);
    const predictive = await predictShare(model, task, communicator, first?.evaluating);
    // every rank needs them where they decide how long the training lasts
    const { patience, stopAt } = experiment.configuration;
    if (first === null && patience === null && stopAt === null) return null;
    const figures = figuresFrom(experiment, predictive, held.targets);
    if (first) record({ ...first, step, figures, experiment, isOnTheWay: true }, predictive, held);
    return figures;
  };
}

function taskOf(
  { configuration, isBayesian, data: { info } }: Evaluated,
  parameters: readonly NamedTensor[],
  data: PredictionTask['data'],
): PredictionTask {
  return { configuration, info, parameters, data, draws: isBayesian ? configuration.draws : 1, quantiles: [] };
}

interface Evaluation {
  readonly run: string;
  readonly step: number;
  /** of the data, for people */
  readonly source: string;
  /** whose data they are */
  readonly of: 'test' | 'validation' | 'other';
  readonly figures: EvaluationFigures;
  readonly experiment: Evaluated;
  /** what is told of gravitational waves beside; nothing of an evaluation on the way */
  readonly waves?: Waves | null;
  /** nor is there more of it beside its figures */
  readonly details?: Details | null;
  /** of other data: when the run's calibration was made that is held against them */
  readonly calibratedAt?: string | null;
  /** while it is trained: then TensorBoard hears of it as the training's observer */
  readonly isOnTheWay?: boolean;
}

/** The likelihood's figures; of gravitational waves, and where a training ends by them, relative errors beside. */
function figuresFrom(
  { model, configuration, data }: Evaluated,
  predictive: Predictive,
  targets: ArrayLike<number>,
): EvaluationFigures {
  const units = model.units ?? null;
  const figures = model.likelihood.quality(predictive, targets, units);
  const isRelative = configuration.data.name === gravitationName || configuration.stopAt !== null;
  if (!isRelative || predictive.kind !== 'reals') return figures;
  return { ...figures, ...relativeErrors(predictive, targets, units, data.info.targets.names) };
}

/** What those that there are are called, in the likelihood's order, others behind. */
function told(known: readonly Figure[], figures: EvaluationFigures): readonly Figure[] {
  const more = Object.keys(figures).filter((name) => !known.some((figure) => figure.name === name));
  return [...known, ...more.map(figureOf)];
}

/** The line that tells it; and what a report draws beside, unless one that says more is there. */
function record(evaluation: Evaluation, predictive: Predictive, { count, targets }: ArrayExamples): void {
  const { run, step, source, of, figures, experiment } = evaluation;
  const { waves = null, details = null, calibratedAt = null, isOnTheWay = false } = evaluation;
  const { units = null } = experiment.model;
  const at = new Date().toISOString();
  const { draws } = predictive;
  const { seed } = experiment.configuration;
  const kept = keptEvaluations(run).filter((one) => one.step === step && !isOfShift(one));
  const isTold = of !== 'other' && !kept.some((one) => (one.of ?? 'test') === of && one.draws > draws);
  // What a report draws beside the figures. A file of its own first: the line is what makes it count.
  const isDrawn = isTold || kept.length === 0;
  if (predictive.kind === 'reals' && isDrawn) {
    const { names } = experiment.data.info.targets;
    recordRegression(run, { step, at, ...regressionPicture({ predictive, targets, units, names }) });
    if (waves !== null) recordWaves(run, { step, at, ...waves });
  }
  if (details !== null && isDrawn) recordDetails(run, { step, at, ...details });
  recordEvaluation(run, {
    ...{ step, at, data: source, of, images: count, draws, seed, figures },
    ...(calibratedAt !== null && { calibration: calibratedAt }),
    ...(predictive.kind === 'classes' && {
      reliability: reliability(predictive.probabilities, targets, predictive.classes),
    }),
  });
  if (isTold && !isOnTheWay) writeEvaluationEvents(run, step, figures);
}
