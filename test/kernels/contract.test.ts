/**
 * One suite for all engines: every operation, on chosen and on random shapes, against the reference engine. An engine
 * may write its outputs and its scratch and nothing else, reads inputs and the control block when a call runs, and gives
 * the same bits each time.
 */
import { describe, expect, test } from 'vitest';
import type { OperationName } from '../../src/graph/index.ts';
import { referenceKernels } from '../../src/kernels/reference/index.ts';
import { referenceTable } from '../../src/kernels/reference/table.ts';
import { type Case, type CaseTable, describeCase } from './case.ts';
import { convolution } from './cases/convolution.ts';
import { elementwise } from './cases/elementwise.ts';
import { likelihood } from './cases/likelihood.ts';
import { linear } from './cases/linear.ts';
import { noise } from './cases/noise.ts';
import { structure } from './cases/structure.ts';
import { update } from './cases/update.ts';
import { firstDifference } from './compare.ts';
import { engines, loadEngine } from './engines.ts';
import { Random } from './generate.ts';
import { Bench } from './harness.ts';

const table: CaseTable = {
  ...elementwise,
  ...structure,
  ...linear,
  ...convolution,
  ...likelihood,
  ...noise,
  ...update,
};
const operations = Object.keys(table) as OperationName[];

test('there are cases for every operation but reshape, which is never executed', () => {
  const executed = Object.keys(referenceTable).filter((name) => name !== 'reshape');
  expect(operations.toSorted()).toEqual(executed.toSorted());
});

const truth = new Bench(referenceKernels);

/** What the engine did wrong, a line for each case. */
function failures(bench: Bench, cases: readonly Case[]): string[] {
  return cases.flatMap((tested) => {
    const expected = truth.run(tested).outputs;
    const expectations = tested.expect(expected);
    try {
      const { outputs, faults } = bench.run(tested);
      const differences = outputs.map((output, i) => {
        const difference = firstDifference(output, expected[i], expectations[i]);
        return difference === null ? null : `output ${i}, ${difference}`;
      });
      const all = [...faults, ...differences.filter((difference) => difference !== null)];
      return all.map((fault) => `${describeCase(tested)}: ${fault}`);
    } catch (error) {
      return [`${describeCase(tested)}: ${String(error)}`];
    }
  });
}

for (const engine of engines) {
  const { title, skipped, create } = await loadEngine(engine);
  describe.skipIf(skipped)(title, () => {
    const bench = skipped ? null : new Bench(create());
    test.each(operations)('%s', (operation) => {
      const cases = table[operation]?.(new Random(operation)) ?? [];
      expect(cases.length).toBeGreaterThan(0);
      expect(bench && failures(bench, cases)).toEqual([]);
    });
  });
}
