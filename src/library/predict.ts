import { ShapeError, UsageError, describeValue, isObject } from '../errors/index.ts';
import { sizeOf } from '../graph/index.ts';
import { type PredictOptions, type PredictionInputs, isModel, predictDraws } from '../inference/index.ts';
import type { KernelsFactory } from '../kernels/index.ts';
import { wasmKernels } from '../kernels/wasm/index.ts';
import type { PredictiveBase } from '../likelihoods/index.ts';
import { checkOptions, isSchema } from './arguments.ts';
import { type TableOptions, assertCount, encodeInputs, encodeTargetRows } from './table.ts';
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
  return predictDraws(kernels, trained, encoded(trained, inputs), { ...usual, ...options });
}

/**
 * The figures of a trained network's likelihood on other data.
 * @param rows inputs and targets as `table` took them
 * @throws as predict; DataError where there are not as many targets as inputs, or one is of a new class
 */
export async function evaluate<P extends PredictiveBase>(
  trained: Trained<P>,
  rows: Pick<TableOptions, 'inputs' | 'targets'>,
  given: PredictionOptions = {},
): Promise<Readonly<Record<string, number>>> {
  checkTrained(trained);
  checkOptions('evaluate', given);
  if (!isObject(rows)) {
    throw new UsageError('data to evaluate on', { got: describeValue(rows), expected: 'inputs and targets' });
  }
  const { model } = trained;
  const { inputs, targets } = rows;
  const { kernels = wasmKernels, ...options } = given;
  const data = encoded(trained, inputs);
  if (trained.schema === null)
    throw new ShapeError('evaluate takes rows, and the network was trained on encoded examples');
  const encodedTargets = encodeTargetRows(targets, trained.schema);
  assertCount(data.count, encodedTargets.length / model.likelihood.target.width);
  const predictive = predictDraws(kernels, trained, { ...data, targets: encodedTargets }, { ...usual, ...options });
  return model.likelihood.quality(predictive, encodedTargets, model.units ?? null);
}

function checkTrained(trained: Trained): void {
  if (isObject(trained) && isModel(trained.model) && (trained.schema === null || isSchema(trained.schema))) return;
  throw new UsageError('a trained network', { got: describeValue(trained), expected: 'what train gives' });
}

function encoded<P extends PredictiveBase>(
  { schema, model }: Trained<P>,
  inputs: TableOptions['inputs'],
): PredictionInputs {
  if (schema !== null) return encodeInputs(inputs, schema);
  if (!ArrayBuffer.isView(inputs)) {
    throw new ShapeError('rows for a network that was trained on encoded examples', {
      got: describeValue(inputs),
      expected: `numbers side by side, of shape count x ${model.input.shape.join('x')}`,
    });
  }
  const numbers = inputs as Exclude<TableOptions['inputs'], readonly unknown[]>;
  const size = sizeOf(model.input.shape);
  const own = numbers instanceof Float64Array ? Float32Array.from(numbers) : numbers;
  if (own.length % size !== 0) {
    throw new ShapeError('inputs to predict for', {
      got: `${own.length} numbers`,
      expected: `a multiple of ${size}: examples of ${model.input.shape.join('x')}`,
    });
  }
  return { count: own.length / size, inputs: own };
}
