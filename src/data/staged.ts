import { ShapeError } from '../errors/index.ts';
import { sizeOf } from '../graph/index.ts';
import { areInMemory, dtypeOf } from '../models/index.ts';
import { BatchOrder } from './batch-order.ts';
import type { ArrayExamples, Examples } from './examples.ts';
import { gatherRows, gatherTargets } from './gather.ts';

/**
 * Arrays of which a run goes through stages: consecutive parts of the rows, one after the other, each shuffled within itself
 * and gone through as often as there is time.
 * @param stages rows of each
 * @param stageAt the stage that a step, from 1, is trained on
 * @throws ShapeError where the stages are not all of the rows
 */
export function staged(
  { count, shape, inputs, targets }: ArrayExamples,
  seed: number,
  stages: readonly number[],
  stageAt: (step: number) => number,
): Examples {
  const begins = stages.map((_, k) => stages.slice(0, k).reduce((sum, rows) => sum + rows, 0));
  if (begins.at(-1)! + stages.at(-1)! !== count) {
    throw new ShapeError('stages of examples', { got: `${stages.join(', ')} rows`, expected: `${count} together` });
  }
  const [rowSize, width] = [sizeOf(shape), targets.length / count];
  const orders = stages.map((rows) => new BatchOrder(seed, rows));
  let indices = new Int32Array(0);
  return {
    count,
    input: { shape, dtype: dtypeOf(inputs) },
    fill(into, { step, position }) {
      const examples = into.targets.length / width;
      if (indices.length !== examples) indices = new Int32Array(examples);
      const stage = stageAt(step);
      orders[stage]!.fill(indices, position);
      for (let i = 0; i < examples; i++) indices[i]! += begins[stage]!;
      if (areInMemory(inputs)) gatherRows(inputs, rowSize, indices, into.inputs);
      else inputs.gather(indices, into.inputs);
      gatherTargets(targets, width, indices, into.targets);
    },
  };
}
