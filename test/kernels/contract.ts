/** The cases of the contract suite, and what an engine does wrong in them: for the tests, and for the soak. */
import type { OperationName } from '../../src/graph/index.ts';
import { referenceKernels } from '../../src/kernels/reference/index.ts';
import { inBfloat16 } from './bfloat16.ts';
import { type Case, type CaseTable, type Expectation, describeCase } from './case.ts';
import { convolution } from './cases/convolution.ts';
import { elementwise } from './cases/elementwise.ts';
import { gather } from './cases/gather.ts';
import { likelihood } from './cases/likelihood.ts';
import { linear } from './cases/linear.ts';
import { noise } from './cases/noise.ts';
import { pooling } from './cases/pooling.ts';
import { prediction } from './cases/prediction.ts';
import { structure } from './cases/structure.ts';
import { update } from './cases/update.ts';
import { firstDifference } from './compare.ts';
import { Random, type TestTensor } from './generate.ts';
import { Bench } from './harness.ts';

const table: CaseTable = {
  ...elementwise,
  ...structure,
  ...gather,
  ...linear,
  ...convolution,
  ...pooling,
  ...likelihood,
  ...prediction,
  ...noise,
  ...update,
};

export const operations = Object.keys(table) as OperationName[];

/** A case with the reference's results. */
export interface Prepared {
  readonly tested: Case;
  readonly expected: readonly TestTensor[];
  readonly expectations: readonly Expectation[];
}

const truth = new Bench(referenceKernels);

/**
 * The cases of an operation in one round, in float32 and with operands in bfloat16.
 * @param seed null: the cases that every run of the tests has
 */
export function casesOf(operation: OperationName, round: number, seed: number | null = null): readonly Prepared[] {
  const name = [...(seed === null ? [] : [seed]), operation, ...(round === 0 ? [] : [round])].join(' ');
  const made = table[operation]?.(new Random(name)) ?? [];
  const mix = new Random(`${name} in bfloat16`);
  return [...made, ...made.flatMap((tested) => inBfloat16(tested, mix))].map((tested) => {
    const expected = truth.run(tested, true).outputs;
    return { tested, expected, expectations: tested.expect(expected) };
  });
}

/** What the engine did wrong in a case, a line for each. */
export function failures(bench: Bench, { tested, expected, expectations }: Prepared): string[] {
  const name = describeCase(tested);
  try {
    const { outputs, faults } = bench.run(tested);
    const differences = outputs.map((output, i) => {
      const difference = firstDifference(output, expected[i], expectations[i]);
      return difference === null ? [] : [`output ${i}, ${difference}`];
    });
    return [...faults, ...differences.flat()].map((fault) => `${name}: ${fault}`);
  } catch (error) {
    return [`${name}: ${String(error)}`];
  }
}
