/** What is told of a network for gravitational waves beside the figures of all predicted numbers. */
import { conformalQuantile, intervalScore } from '../calibration/index.ts';
import type { ArrayExamples } from '../data/index.ts';
import { injections, observedEvents, remnant, windowShape } from '../gravitation/index.ts';
import { type RealPredictive, targetsInUnits } from '../likelihoods/index.ts';
import type { WavesPicture } from '../report/index.ts';
import { gravitationName } from '../train/index.ts';
import type { Experiment } from './experiment.ts';

/** Predicts for examples, with quantiles of these levels. */
type Predict = (
  data: Pick<ArrayExamples, 'count' | 'shape' | 'inputs'>,
  quantiles: readonly number[],
) => Promise<RealPredictive>;

export type Waves = Omit<WavesPicture, 'step' | 'at'>;

/** Noises that each observed event is put into. */
const times = 20;
/** Equal parts of the test set by loudness. */
const parts = 6;
/** A part of fewer says nothing. */
const leastRows = 20;

/** Whether there is more to tell. */
export function isOfWaves({ configuration, data, model }: Experiment): boolean {
  const { kind, names } = data.info.targets;
  return (
    configuration.data.name === gravitationName && kind === 'reals' && names.length === model.likelihood.target.width
  );
}

/**
 * Errors by loudness, intervals that are recalibrated by the validation part, and observed events.
 * @param predictive of the test part, whose targets were known
 */
export async function wavesOf(
  { configuration, data, model }: Experiment,
  predictive: RealPredictive,
  test: ArrayExamples,
  predict: Predict,
): Promise<Waves> {
  const { names } = data.info.targets;
  const units = model.units ?? null;
  const truth = targetsInUnits(test.targets, names.length, units);
  const { validation, loudness = null } = data;
  const held = validation !== null && validation.count >= leastRows ? validation : null;
  const validated = held && (await predict(held, []));
  const spin = names.indexOf('finalSpin');
  return {
    names: [...names],
    guess: names.map((_, t) => guessed(truth, names.length, t)),
    loudness: loudness === null ? null : byLoudness(predictive, truth, loudness),
    recalibration:
      held &&
      validated &&
      recalibrated(validated, targetsInUnits(held.targets, names.length, units), predictive, truth),
    events: spin < 0 ? [] : await eventsOf(spin, configuration.seed, predict),
  };
}

/** Mean relative error of the best guess that looks at no signal: the median of the true numbers. */
function guessed(truth: Float64Array, outputs: number, output: number): number {
  const own = truth.filter((_, i) => i % outputs === output);
  const middle = median([...own]);
  return own.reduce((sum, y) => sum + Math.abs(middle / y - 1), 0) / own.length;
}

/** What was found, in words of the field. */
export function wordsOf(figures: Readonly<Record<string, number>>, { names, guess, loudness }: Waves): string[] {
  const percent = (share: number | undefined) => `${(100 * (share ?? Number.NaN)).toFixed(1)} %`;
  const told = names.map((name, t) => {
    const error = percent(figures[`relativeError.${name}`]);
    return `${wordOf[name] ?? name} to ${error} (a guess: ${percent(guess[t])})`;
  });
  const [faint, loud] = [loudness?.[0], loudness?.at(-1)];
  return [
    `found on average: ${told.join(', ')}`,
    ...(faint && loud
      ? [
          `faint signals, peak SNR ${faint.peakSnr.toFixed(1)}: ${wordOf[names[0]!] ?? names[0]} to ${percent(faint.error[0])}; ` +
            `loud ones, ${loud.peakSnr.toFixed(1)}: to ${percent(loud.error[0])}`,
        ]
      : []),
  ];
}

const wordOf: Readonly<Record<string, string>> = {
  finalSpin: 'final spin',
  omegaReal: 'omega_R of the ringdown',
  omegaImaginary: 'omega_I',
};

function byLoudness(predictive: RealPredictive, truth: Float64Array, loudness: Float64Array): WavesPicture['loudness'] {
  const { count, outputs, mean, standardDeviation, scores } = predictive;
  if (scores === null || count < parts * leastRows) return null;
  const [low, , , high] = scores.interval as [Float64Array, Float64Array, Float64Array, Float64Array];
  const order = Array.from({ length: count }, (_, row) => row).toSorted((a, b) => loudness[a]! - loudness[b]!);
  return Array.from({ length: parts }, (_, part) => {
    const rows = order.slice(Math.floor((part * count) / parts), Math.floor(((part + 1) * count) / parts));
    const meanOf = (value: (place: number) => number) =>
      Array.from(
        { length: outputs },
        (_, t) => rows.reduce((sum, row) => sum + value(row * outputs + t), 0) / rows.length,
      );
    return {
      peakSnr: rows.reduce((sum, row) => sum + loudness[row]!, 0) / rows.length,
      count: rows.length,
      error: meanOf((i) => Math.abs(mean[i]! / truth[i]! - 1)),
      uncertainty: meanOf((i) => Math.abs(standardDeviation[i]! / truth[i]!)),
      coverage: meanOf((i) => (low[i]! <= truth[i]! && truth[i]! <= high[i]! ? 1 : 0)),
    };
  });
}

/** Of the normal distribution: half the width of its central 90 % interval. */
const z90 = 1.6449;

function recalibrated(
  validated: RealPredictive,
  truthOfValidation: Float64Array,
  tested: RealPredictive,
  truth: Float64Array,
): WavesPicture['recalibration'] {
  const { outputs } = tested;
  const residuals = ({ mean, standardDeviation, count }: RealPredictive, own: Float64Array, t: number) =>
    Array.from({ length: count }, (_, row) => {
      const place = row * outputs + t;
      return intervalScore(own[place]!, mean[place]!, standardDeviation[place]!);
    });
  const { count } = validated;
  const targets = Array.from({ length: outputs }, (_, t) => {
    const width = conformalQuantile(
      residuals(validated, truthOfValidation, t).toSorted((a, b) => a - b),
      0.1,
    );
    const own = residuals(tested, truth, t);
    const within = (most: number) => own.filter((z) => z <= most).length / own.length;
    return { factor: width / z90, before: within(z90), after: within(width) };
  });
  return {
    count,
    factor: targets.map(({ factor }) => factor),
    before: targets.map(({ before }) => before),
    after: targets.map(({ after }) => after),
  };
}

async function eventsOf(spin: number, seed: number, predict: Predict): Promise<WavesPicture['events']> {
  const { windows, peakSnr } = injections(observedEvents, times, seed);
  const count = observedEvents.length * times;
  const { outputs, mean, quantiles } = await predict({ count, shape: windowShape, inputs: windows }, [0.05, 0.95]);
  return observedEvents.map(({ name, mass1, mass2, effectiveSpin, finalSpin }, e) => {
    const of = (values: Float64Array) =>
      Array.from({ length: times }, (_, i) => values[(e * times + i) * outputs + spin]!);
    const truth = remnant({ mass1, mass2, spin1: effectiveSpin, spin2: effectiveSpin }).spin;
    const [low, high] = [of(quantiles[0]!), of(quantiles[1]!)];
    return {
      ...{ name, times, truth, peakSnr: peakSnr[e]!, published: [...finalSpin] },
      predicted: [median(of(mean)), median(low), median(high)],
      coverage: low.filter((own, i) => own <= truth && truth <= high[i]!).length / times,
    };
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
