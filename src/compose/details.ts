/** What is told of an evaluation beside its figures: intervals, what abstaining gains, groups, confusion, PIT. */
import {
  type Groups,
  type Interval,
  adaptiveCalibrationError,
  classIntervals,
  classLosses,
  confusionMatrix,
  figuresByGroup,
  groupsOfLabels,
  pitHistogram,
  quartileGroups,
  realIntervals,
  realLosses,
  riskAt,
  riskCoverage,
  uncertaintyScores,
} from '../evaluation/index.ts';
import type { ClassPredictive, Predictive, RealPredictive, Units } from '../likelihoods/index.ts';
import type { DetailsPicture, EvaluationDetails } from '../report/index.ts';

export type Details = Omit<DetailsPicture, 'step' | 'at'>;

/** Groups that somebody asked for, and of what. */
export interface AskedGroups {
  readonly by: string;
  readonly groups: Groups;
}

export interface DetailsRequest {
  /** as they are kept */
  readonly targets: ArrayLike<number>;
  readonly units: Units | null;
  /** of the classes, or of the targets */
  readonly names: readonly string[];
  readonly seed: number;
  /** null: the usual ones alone */
  readonly asked: AskedGroups | null;
}

/** Draws of examples for the intervals, all resamples together: as many take a second. */
const mostDrawn = 3e7;
const [fewestResamples, mostResamples] = [200, 1000];
const coverages = [0.8, 0.9, 0.95];
const pointsOfCurve = 100;
/** Groups of a column that are kept: the largest. */
const mostGroups = 100;
const mostTargets = 8;

export function detailsOf(predictive: Predictive, request: DetailsRequest): Details {
  return predictive.kind === 'classes' ? ofClasses(predictive, request) : ofNumbers(predictive, request);
}

/** Those of them that --json tells. */
export function toldOf({ intervals, resamples, selective, groups, ...more }: Details): EvaluationDetails {
  const { adaptiveCalibrationError: error } = more;
  return { intervals, resamples, selective, groups, ...(error !== undefined && { adaptiveCalibrationError: error }) };
}

function ofClasses(predictive: ClassPredictive, { targets, names, seed, asked }: DetailsRequest): Details {
  const { count, classes, probabilities } = predictive;
  const losses = classLosses(predictive, targets);
  const resamples = resamplesOf(count);
  const doubt = uncertaintyScores(predictive).at(-1)!;
  const matrix = confusionMatrix(probabilities, targets, classes);
  const groupings = [
    { by: 'class', groups: groupsOfLabels(targets, named(names, classes)) },
    ...(asked === null ? [] : [asked]),
  ];
  return {
    ...{ count, resamples, intervals: finite(classIntervals(losses, { seed, resamples })) },
    adaptiveCalibrationError: adaptiveCalibrationError(probabilities, targets, classes),
    ...selectiveOf(
      'error',
      doubt.values,
      losses.hits.map((hit) => 1 - hit),
    ),
    groups: groupings.map(({ by, groups }) => grouped(by, 'accuracy', groups, losses.hits)),
    confusion: {
      classes: named(names, classes),
      cells: [...matrix].flatMap((often, i): [number, number, number][] =>
        often === 0 ? [] : [[Math.floor(i / classes), i % classes, often]],
      ),
    },
  };
}

function ofNumbers(predictive: RealPredictive, { targets, units, names, seed, asked }: DetailsRequest): Details {
  const { count, outputs } = predictive;
  const losses = realLosses(predictive, targets, units);
  const resamples = resamplesOf(count);
  const shown = Math.min(outputs, mostTargets);
  const width = 'width of the 90 % interval';
  const groupings = [{ by: width, groups: quartileGroups(width, losses.widths) }, ...(asked === null ? [] : [asked])];
  return {
    ...{ count, resamples, intervals: finite(realIntervals(losses, { seed, resamples })) },
    ...selectiveOf('absoluteError', losses.widths, losses.absolute),
    groups: groupings.map(({ by, groups }) => grouped(by, 'coverage90', groups, losses.coverage90)),
    pit: Array.from({ length: shown }, (_, output) => ({
      name: names[output] ?? `target ${output}`,
      shares: Array.from(pitHistogram(predictive, output), sixDigits),
    })),
  };
}

/** Enough, and no more than what is soon done where there are many examples. */
function resamplesOf(count: number): number {
  return Math.max(fewestResamples, Math.min(mostResamples, Math.floor(mostDrawn / count)));
}

function finite(intervals: Readonly<Record<string, Interval>>): Record<string, [number, number]> {
  return Object.fromEntries(
    Object.entries(intervals).flatMap(([name, [low, high]]): [string, [number, number]][] =>
      Number.isFinite(low) && Number.isFinite(high) ? [[name, [low, high]]] : [],
    ),
  );
}

function selectiveOf(loss: 'error' | 'absoluteError', uncertainty: ArrayLike<number>, losses: ArrayLike<number>) {
  const own = riskCoverage(uncertainty, losses);
  const best = riskCoverage(losses, losses);
  const points = Math.min(pointsOfCurve, losses.length);
  return {
    selective: {
      ...{ loss, aurc: own.aurc, excessAurc: own.excessAurc },
      kept: coverages.map((coverage) => ({ coverage, risk: riskAt(own, coverage) })),
    },
    curve: Array.from({ length: points }, (_, i) => {
      const coverage = (i + 1) / points;
      return { coverage, risk: sixDigits(riskAt(own, coverage)), best: sixDigits(riskAt(best, coverage)) };
    }),
  };
}

function grouped(by: string, figure: 'accuracy' | 'coverage90', groups: Groups, values: ArrayLike<number>) {
  const all = figuresByGroup(groups, values);
  const least = all.length <= mostGroups ? 0 : all.map(({ count }) => count).toSorted((a, b) => b - a)[mostGroups - 1]!;
  return { by, figure, groups: all.filter(({ count }) => count >= least).slice(0, mostGroups) };
}

function named(names: readonly string[], classes: number): readonly string[] {
  return Array.from({ length: classes }, (_, c) => names[c] ?? String(c));
}

function sixDigits(value: number): number {
  return Number(value.toPrecision(6));
}
