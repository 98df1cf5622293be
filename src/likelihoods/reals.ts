import { sharedBuffer } from '../kernels/index.ts';
import { NotFiniteError, ShapeError, describeValue, isWhole } from '../errors/index.ts';
import type { Family } from './families.ts';
import type { DrawBatch, Figure, GatherRequest, Gathering, Units } from './likelihood.ts';
import { Mixture } from './mixture.ts';
import type { RealPredictive } from './real-predictive.ts';
import { checkGathering, checkTargets, checkUnits, scoresOf } from './requests.ts';

const intervalLevels = [0.05, 0.25, 0.75, 0.95];

/** What is told of predicted numbers. */
export const realFigures: readonly Figure[] = [
  { name: 'rmse', title: 'RMSE', unit: '', better: 'lower' },
  { name: 'nll', title: 'NLL', unit: 'nats per example', better: 'lower' },
  { name: 'crps', title: 'CRPS', unit: '', better: 'lower' },
  { name: 'coverage50', title: 'coverage of 50 %', unit: '', better: 'higher' },
  { name: 'coverage90', title: 'coverage of 90 %', unit: '', better: 'higher' },
  { name: 'width50', title: 'mean width of 50 %', unit: '', better: 'lower' },
  { name: 'width90', title: 'mean width of 90 %', unit: '', better: 'lower' },
];

/**
 * Root mean square error, NLL in nats per example, CRPS; share of the targets in, and mean width of, central intervals.
 * @throws UsageError where the targets were not known when the draws were gathered
 * @throws ShapeError for targets or units of another size than the prediction
 * @throws NotFiniteError naming the first example whose target is none
 */
export function realQuality(
  predictive: RealPredictive,
  targets: ArrayLike<number>,
  units: Units | null,
): Record<string, number> {
  const { logDensity, crps, interval } = scoresOf(predictive);
  const { count, outputs, mean } = predictive;
  const size = count * outputs;
  checkTargets(targets, count, outputs);
  checkUnits(units, outputs);
  const sums = { square: 0, crps: 0, coverage50: 0, coverage90: 0, width50: 0, width90: 0 };
  const [q05, q25, q75, q95] = interval as [Float64Array, Float64Array, Float64Array, Float64Array];
  for (let i = 0; i < size; i++) {
    const y = backInUnits(targets[i]!, i % outputs, units);
    sums.square += (mean[i]! - y) ** 2;
    sums.crps += crps[i]!;
    sums.coverage50 += y >= q25[i]! && y <= q75[i]! ? 1 : 0;
    sums.coverage90 += y >= q05[i]! && y <= q95[i]! ? 1 : 0;
    sums.width50 += q75[i]! - q25[i]!;
    sums.width90 += q95[i]! - q05[i]!;
  }
  const { square, ...others } = sums;
  const means = Object.fromEntries(Object.entries(others).map(([name, sum]) => [name, sum / size]));
  const nll = -logDensity.reduce((sum, value) => sum + value, 0) / count;
  return { rmse: Math.sqrt(square / size), nll, ...means };
}

/**
 * A number as it was before it was standardised.
 * @throws ShapeError where the units are not those of such an output
 * @throws NotFiniteError for NaN
 */
export function inUnits(value: number, output: number, units: Units | null): number {
  if (!isWhole(output, 0)) {
    throw new ShapeError('the place of an output', {
      got: describeValue(output),
      expected: 'a whole number from 0 on',
    });
  }
  checkUnits(units, output + 1);
  const own = backInUnits(value, output, units);
  if (typeof own !== 'number' || Number.isNaN(own))
    throw new NotFiniteError('a number in its units', { got: describeValue(value) });
  return own;
}

/**
 * Targets as they were before they were standardised.
 * @param targets [count, outputs]
 * @throws as `inUnits`
 */
export function targetsInUnits(targets: ArrayLike<number>, outputs: number, units: Units | null): Float64Array {
  return Float64Array.from({ length: targets.length }, (_, i) => inUnits(targets[i]!, i % outputs, units));
}

function backInUnits(value: number, output: number, units: Units | null): number {
  return !units ? value : value * units.scale[output]! + units.shift[output]!;
}

/**
 * Gathers the parameters of all draws of a batch, and makes of them, example by example, what is told of the mixture. The
 * parameters of each draw have a place of their own, so that neither the order of the draws nor their size matters to a bit.
 * @param outputs numbers per example
 */
export class RealGathering implements Gathering<RealPredictive> {
  readonly values: Float64Array;
  readonly #request: GatherRequest;
  readonly #family: Family;
  readonly #outputs: number;
  readonly #result: RealPredictive;

  constructor(request: GatherRequest, family: Family, outputs: number) {
    checkGathering(request, outputs);
    const { count, draws, levels, targets } = request;
    this.#request = request;
    this.#family = family;
    this.#outputs = outputs;
    const size = count * outputs;
    const perOutput = 2 + (family.isDiscrete ? 1 : 0) + intervalLevels.length;
    const scored = targets === null ? 0 : perOutput * size + count;
    this.values = new Float64Array(sharedBuffer(8 * ((4 + levels.length) * size + scored)));
    let at = 0;
    const take = (length: number) => this.values.subarray(at, (at += length));
    const rows = () => take(size);
    const scores = () => {
      const [logDensity, crps, probability] = [take(count), rows(), rows()];
      const probabilityBelow = family.isDiscrete ? rows() : probability;
      return { logDensity, crps, probability, probabilityBelow, interval: intervalLevels.map(rows) };
    };
    this.#result = {
      ...{ kind: 'reals', count, outputs, draws, levels },
      ...{ mean: rows(), standardDeviation: rows(), aleatoric: rows(), epistemic: rows() },
      quantiles: levels.map(rows),
      scores: targets === null ? null : scores(),
    };
  }

  batch(examples: number): DrawBatch {
    const { draws } = this.#request;
    const { parameters } = this.#family;
    const outputs = this.#outputs;
    // [examples, outputs, draws, parameters]
    const values = new Float64Array(sharedBuffer(8 * examples * outputs * draws * parameters));
    return {
      values,
      clear: () => void values.fill(0),
      add(draw, tensors, count) {
        for (let i = 0; i < count * outputs; i++) {
          const place = (i * draws + draw) * parameters;
          for (let p = 0; p < parameters; p++) values[place + p] = tensors[p]![i]!;
        }
      },
      finish: (first, count) => {
        for (let n = 0; n < count; n++) {
          const length = draws * parameters;
          const mixtures = Array.from({ length: outputs }, (_, o) => {
            const begin = (n * outputs + o) * length;
            return new Mixture(this.#family, values.subarray(begin, begin + length));
          });
          this.#finishExample(first + n, mixtures);
        }
      },
    };
  }

  #finishExample(example: number, mixtures: readonly Mixture[]): void {
    const { levels, targets, units, draws } = this.#request;
    const { mean, standardDeviation, aleatoric, epistemic, quantiles, scores } = this.#result;
    const logDensities = new Float64Array(scores === null ? 0 : draws);
    let logScale = 0;
    for (const [output, mixture] of mixtures.entries()) {
      const i = example * this.#outputs + output;
      const scale = units?.scale[output] ?? 1;
      mean[i] = backInUnits(mixture.mean, output, units);
      aleatoric[i] = scale * Math.sqrt(mixture.aleatoricVariance);
      epistemic[i] = scale * Math.sqrt(mixture.epistemicVariance);
      standardDeviation[i] = scale * Math.sqrt(mixture.aleatoricVariance + mixture.epistemicVariance);
      for (const [l, level] of levels.entries()) quantiles[l]![i] = backInUnits(mixture.quantile(level), output, units);
      if (scores === null) continue;
      const target = targets![i]!;
      mixture.addLogDensities(target, logDensities);
      logScale += Math.log(scale);
      scores.crps[i] = scale * mixture.crps(target);
      scores.probability[i] = mixture.cdf(target);
      if (this.#family.isDiscrete) scores.probabilityBelow[i] = mixture.cdf(target - 1);
      for (const [l, level] of intervalLevels.entries()) {
        scores.interval[l]![i] = backInUnits(mixture.quantile(level), output, units);
      }
    }
    if (scores !== null) scores.logDensity[example] = logMeanExp(logDensities) - logScale;
  }

  result(): RealPredictive {
    return this.#result;
  }
}

/** ln of the mean of e^x, without overflow. */
function logMeanExp(values: Float64Array): number {
  const largest = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(largest)) return largest;
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0) / values.length);
}
