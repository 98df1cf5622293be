/** Rows as a trained network takes them. */
import { ShapeError, UsageError, describeValue, isObject } from '../errors/index.ts';
import { sizeOf } from '../graph/index.ts';
import { type PredictionInputs, isModel } from '../inference/index.ts';
import type { PredictiveBase } from '../likelihoods/index.ts';
import { isSchema } from './arguments.ts';
import { type TableOptions, assertCount, encodeInputs, encodeTargetRows } from './table.ts';
import type { Trained } from './train.ts';

/** Inputs and targets, as `table` took them. */
export type Rows = Pick<TableOptions, 'inputs' | 'targets'>;

export interface EncodedRows extends PredictionInputs {
  readonly targets: Int32Array | Float32Array;
}

/** @throws UsageError for what is not trained */
export function checkTrained(trained: Trained): void {
  if (isObject(trained) && isModel(trained.model) && (trained.schema === null || isSchema(trained.schema))) return;
  throw new UsageError('a trained network', { got: describeValue(trained), expected: 'what train gives' });
}

/**
 * Rows as the inputs of a trained network.
 * @throws DataError for rows that are not like those of the training
 */
export function encodedInputs<P extends PredictiveBase>(
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

/**
 * Rows with their targets, these as in the batches of a training.
 * @param word of the library that asks
 * @throws as `encodedInputs`; DataError where there are not as many targets as inputs, or one is of a new class
 */
export function encodedRows(word: string, trained: Trained, rows: Rows): EncodedRows {
  if (!isObject(rows)) {
    throw new UsageError(`data to ${word} on`, { got: describeValue(rows), expected: 'inputs and targets' });
  }
  const { inputs, targets } = rows;
  const data = encodedInputs(trained, inputs);
  if (trained.schema === null)
    throw new ShapeError(`${word} takes rows, and the network was trained on encoded examples`);
  const encoded = encodeTargetRows(targets, trained.schema);
  assertCount(data.count, encoded.length / trained.model.likelihood.target.width);
  return { ...data, targets: encoded };
}
