import { expect, it } from 'vitest';
import { Graph, sizeOf } from '../../src/graph/index.ts';
import { normal } from '../../src/likelihoods/index.ts';
import { declarationsOf, networkOf } from '../../src/models/index.ts';

/** Of the trunk 2,966,528 weights and 1,024 biases; of three leaves, which begin at 29 x 64 numbers, 1,525,251. */
it.each([
  // as the original counts them
  ['GW_BNN', 2_967_552 + 1_525_251],
  ['GW_BNN_full', 2 * 2_966_528 + 1_024 + 1_525_251],
])('%s has %d parameters on a second of a detector', (name, count) => {
  const model = {
    name,
    input: { shape: [8192, 1], dtype: 'f32' },
    network: networkOf(name)(3),
    likelihood: normal({ noise: 0.2, targets: 3 }),
  } as const;
  const { parameters } = declarationsOf(model, new Graph());
  expect(parameters.reduce((sum, { tensor }) => sum + sizeOf(tensor.shape), 0)).toBe(count);
});
