import { binomialBand } from '../figures/binomial.ts';
import type { RunReport } from '../run/read.ts';
import type { EvaluationRecord } from '../run/records.ts';
import { grouped, standardError } from './figures.ts';
import { escape } from './html.ts';

/** How sure is it, and can that be trusted: what a run's own evaluation says, in words, at the head of its section. */
export function verdict({ evaluation, calibration, starts }: RunReport): string {
  const total = starts.at(-1)?.totalSteps ?? 0;
  const sentences = evaluation === null ? [] : [...verdictOf(evaluation), ...repaired(calibration)];
  const [first, ...others] = sentences;
  if (evaluation === null || first === undefined) return '';
  const isEarly = evaluation.step < total;
  const early = `After step ${grouped(evaluation.step)} of ${grouped(total)}: ${first[0]?.toLowerCase()}${first.slice(1)}`;
  return `<p class="verdict">${escape([isEarly ? early : first, ...others].join(' '))}</p>`;
}

/** What predictions are worth once held-out examples have told how sure to be. */
function repaired(calibration: RunReport['calibration']): string[] {
  if (calibration === null) return [];
  const { coverage, count } = calibration.check;
  const what = calibration.classes === null ? 'intervals' : 'sets of classes';
  const held = `hold ${percent(coverage)} of ${grouped(count)} examples that they were not learned from`;
  return [`Calibrated on held-out examples, as credence predict gives them, its ${what} of 90\u00a0% ${held}.`];
}

export function verdictOf(evaluation: EvaluationRecord): string[] {
  const { reliability, figures } = evaluation;
  if (figures['accuracy'] !== undefined) return ofClasses(figures['accuracy'], evaluation, reliability ?? []);
  return figures['coverage90'] === undefined ? [] : ofNumbers(figures['coverage90'], evaluation);
}

function ofClasses(
  accuracy: number,
  { images, of }: EvaluationRecord,
  bins: NonNullable<EvaluationRecord['reliability']>,
): string[] {
  const first =
    `Right for ${percent(accuracy)} of ${grouped(images)} examples of its ${partName(of)}, give or take ` +
    `${percent(standardError(accuracy, images))} (a standard error).`;
  const count = bins.reduce((sum, bin) => sum + bin.count, 0);
  if (count === 0) return [first];
  const confidence = bins.reduce((sum, bin) => sum + bin.count * bin.confidence, 0) / count;
  // as many right as their probabilities say, give or take: each is right with the probability it was given, at most
  const spread =
    Math.sqrt(bins.reduce((sum, bin) => sum + bin.count * bin.confidence * (1 - bin.confidence), 0)) / count;
  const gap = confidence - accuracy;
  const says = `Its answers come with a probability of ${percent(confidence)} in the mean`;
  if (Math.abs(gap) <= 2 * spread) return [first, `${says}: its probabilities can be trusted as they stand.`];
  return gap > 0
    ? [first, `${says}: it is surer than it is right, by ${points(gap)}.`]
    : [first, `${says}: it is right more often than it says, by ${points(-gap)}.`];
}

function ofNumbers(coverage: number, { images, of, figures }: EvaluationRecord): string[] {
  const targets = Math.max(1, Object.keys(figures).filter((name) => name.startsWith('coverage90.')).length);
  const [low, high] = binomialBand(images * targets, 0.9);
  const first =
    `Its intervals of 90 % hold ${percent(coverage)} of the true numbers of ${grouped(images)} examples of its ` +
    `${partName(of)}`;
  if (coverage < low) return [`${first}: they are too narrow, it is surer than it is right.`];
  if (coverage > high) return [`${first}: they are wider than they need to be, and can be relied on.`];
  return [`${first}, as many as they should: its error bars can be trusted as they stand.`];
}

/** What an evaluation is of. */
export function partName(of: EvaluationRecord['of']): string {
  return of === 'validation' ? 'validation part' : of === 'other' ? 'other data' : 'test set';
}

function percent(share: number): string {
  const value = 100 * share;
  return `${value < 0.095 ? value.toPrecision(1) : value.toFixed(1)}\u00a0%`;
}

function points(share: number): string {
  return `${(100 * share).toFixed(1)} percentage points`;
}
