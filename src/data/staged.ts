import { ShapeError } from '../errors/index.ts';
import { BatchOrder } from './batch-order.ts';
import { type ArrayExamples, type Examples, inOrder } from './examples.ts';

/**
 * Arrays of which a run goes through stages: consecutive parts of the rows, one after the other, each shuffled within itself
 * and gone through as often as there is time.
 * @param stages rows of each
 * @param stageAt the stage that a step, from 1, is trained on
 * @throws ShapeError where the stages are not all of the rows
 */
export function staged(
  data: ArrayExamples,
  seed: number,
  stages: readonly number[],
  stageAt: (step: number) => number,
): Examples {
  const begins = stages.map((_, k) => stages.slice(0, k).reduce((sum, rows) => sum + rows, 0));
  if (begins.at(-1)! + stages.at(-1)! !== data.count) {
    throw new ShapeError('stages of examples', {
      got: `${stages.join(', ')} rows`,
      expected: `${data.count} together`,
    });
  }
  const orders = stages.map((rows) => new BatchOrder(seed, rows));
  return inOrder(data, (indices, { step, position }) => {
    const stage = stageAt(step);
    orders[stage]!.fill(indices, position);
    for (let i = 0; i < indices.length; i++) indices[i]! += begins[stage]!;
  });
}
