import { type PredictOptions, predictDraws } from '../inference/index.ts';
import type { KernelsFactory } from '../kernels/index.ts';
import { wasmKernels } from '../kernels/wasm/index.ts';
import type { PredictiveBase } from '../likelihoods/index.ts';
import { checkOptions } from './arguments.ts';
import { type Rows, checkTrained, encodedInputs, encodedRows } from './encoded.ts';
import type { TableOptions } from './table.ts';
import type { Trained } from './train.ts';

export interface PredictionOptions extends Partial<PredictOptions> {
  /** WebAssembly unless given */
  readonly kernels?: KernelsFactory;
}

/** What a prediction is asked for, unless options say otherwise. */
export const usual = { draws: 100, seed: 0, quantiles: [0.05, 0.5, 0.95] };

/**
 * What a trained network says of rows, in their own units: 100 draws of the weights, and the quantiles 0.05, 0.5 and 0.95,
 * unless the options say otherwise.
 * @param inputs rows as `table` takes them; or numbers side by side, [count, ...shape]
 * @throws DataError for rows that are not like those of the training
 * @throws UsageError for draws or quantiles out of range, and for what is not trained
 * @throws NotFiniteError naming the first draw and example that is predicted as NaN or infinite
 */
export async function predict<P extends PredictiveBase>(
  trained: Trained<P>,
  inputs: TableOptions['inputs'],
  given: PredictionOptions = {},
): Promise<P> {
  checkTrained(trained);
  checkOptions('predict', given);
  const { kernels = wasmKernels, ...options } = given;
  return predictDraws(kernels, trained, encodedInputs(trained, inputs), { ...usual, ...options });
}

/**
 * The figures of a trained network's likelihood on other data.
 * @param rows inputs and targets as `table` took them
 * @throws as predict; DataError where there are not as many targets as inputs, or one is of a new class
 */
export async function evaluate<P extends PredictiveBase>(
  trained: Trained<P>,
  rows: Rows,
  given: PredictionOptions = {},
): Promise<Readonly<Record<string, number>>> {
  checkTrained(trained);
  checkOptions('evaluate', given);
  const { model } = trained;
  const { kernels = wasmKernels, ...options } = given;
  const data = encodedRows('evaluate', trained, rows);
  const predictive = predictDraws(kernels, trained, data, { ...usual, ...options });
  return model.likelihood.quality(predictive, data.targets, model.units ?? null);
}
