import { ShapeError } from '../errors/index.ts';
import { sizeOf } from '../graph/index.ts';
import { type PredictOptions, type PredictionInputs, predictDraws } from '../inference/index.ts';
import type { KernelsFactory } from '../kernels/index.ts';
import { wasmKernels } from '../kernels/wasm/index.ts';
import type { PredictiveBase } from '../likelihoods/index.ts';
import { type TableOptions, encodeInputs, encodeTargetRows } from './table.ts';
import type { Trained } from './train.ts';

export interface PredictionOptions extends Partial<PredictOptions> {
  /** WebAssembly unless given */
  readonly kernels?: KernelsFactory;
}

const usual = { draws: 100, seed: 0, quantiles: [0.05, 0.5, 0.95] };

/**
 * What a trained network says of rows, in their own units: 100 draws of the weights, and the quantiles 0.05, 0.5 and 0.95,
 * unless the options say otherwise.
 * @param inputs rows as `table` takes them; or numbers side by side, [count, ...shape]
 * @throws DataError for rows that are not like those of the training
 * @throws UsageError for draws or quantiles out of range
 */
export async function predict<P extends PredictiveBase>(
  trained: Trained<P>,
  inputs: TableOptions['inputs'],
  { kernels = wasmKernels, ...options }: PredictionOptions = {},
): Promise<P> {
  return predictDraws(kernels, trained, encoded(trained, inputs), { ...usual, ...options });
}

/**
 * The figures of a trained network's likelihood on other data.
 * @param data rows and targets as `table` took them
 */
export async function evaluate<P extends PredictiveBase>(
  trained: Trained<P>,
  { inputs, targets }: Pick<TableOptions, 'inputs' | 'targets'>,
  { kernels = wasmKernels, ...options }: PredictionOptions = {},
): Promise<Readonly<Record<string, number>>> {
  const { model } = trained;
  const data = encoded(trained, inputs);
  if (trained.schema === null)
    throw new ShapeError('evaluate takes rows, and the network was trained on encoded examples');
  const encodedTargets = encodeTargetRows(targets, trained.schema);
  const predictive = predictDraws(kernels, trained, { ...data, targets: encodedTargets }, { ...usual, ...options });
  return model.likelihood.quality(predictive, encodedTargets, model.units ?? null);
}

function encoded<P extends PredictiveBase>(
  { schema, model }: Trained<P>,
  inputs: TableOptions['inputs'],
): PredictionInputs {
  if (schema !== null) return encodeInputs(inputs, schema);
  if (Array.isArray(inputs)) {
    throw new ShapeError('rows for a network that was trained on encoded examples', {
      expected: `numbers side by side, of shape count x ${model.input.shape.join('x')}`,
    });
  }
  const numbers = inputs as Exclude<TableOptions['inputs'], readonly unknown[]>;
  const size = sizeOf(model.input.shape);
  const own = numbers instanceof Float64Array ? Float32Array.from(numbers) : numbers;
  return { count: own.length / size, inputs: own };
}
