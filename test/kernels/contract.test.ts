/**
 * One suite for all engines: every operation, on chosen and on random shapes, against the reference engine. An engine
 * may write its outputs and its scratch and nothing else, reads inputs and the control block when a call runs, and gives
 * the same bits each time. Each case comes in float32, and with operands in bfloat16. CREDENCE_CONTRACT_ROUNDS=25 runs as many sets of random cases.
 */
import { describe, expect, test } from 'vitest';
import type { OperationName } from '../../src/graph/index.ts';
import { referenceKernels } from '../../src/kernels/reference/index.ts';
import { referenceTable } from '../../src/kernels/reference/table.ts';
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
import { engines, loadEngine } from './engines.ts';
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
const operations = Object.keys(table) as OperationName[];

test('there are cases for every operation but reshape, which is never executed', () => {
  const executed = Object.keys(referenceTable).filter((name) => name !== 'reshape');
  expect(operations.toSorted()).toEqual(executed.toSorted());
});

const rounds = Number(process.env.CREDENCE_CONTRACT_ROUNDS ?? 1);

const truth = new Bench(referenceKernels);

interface Prepared {
  readonly tested: Case;
  readonly expected: readonly TestTensor[];
  readonly expectations: readonly Expectation[];
}
const prepared = new Map<string, readonly Prepared[]>();

/** The cases of one round with the reference's results, computed once for all engines. */
function prepare(operation: OperationName, round: number): readonly Prepared[] {
  const name = round === 0 ? operation : `${operation} ${round}`;
  let cases = prepared.get(name);
  if (!cases) {
    const made = table[operation]?.(new Random(name)) ?? [];
    const mix = new Random(`${name} in bfloat16`);
    cases = [...made, ...made.flatMap((tested) => inBfloat16(tested, mix))].map((tested) => {
      const expected = truth.run(tested).outputs;
      return { tested, expected, expectations: tested.expect(expected) };
    });
    prepared.set(name, cases);
  }
  return cases;
}

/** What the engine did wrong in a case, a line for each. */
function failures(bench: Bench, { tested, expected, expectations }: Prepared): string[] {
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

for (const engine of engines) {
  const { title, skipped, create } = await loadEngine(engine);
  describe.skipIf(skipped)(title, () => {
    const bench = skipped ? null : new Bench(create());
    test.each(operations)('%s', (operation) => {
      for (let round = 0; round < rounds; round++) {
        const cases = prepare(operation, round);
        expect(cases.length).toBeGreaterThan(0);
        expect(bench && cases.flatMap((tested) => failures(bench, tested))).toEqual([]);
      }
    });
  });
}
