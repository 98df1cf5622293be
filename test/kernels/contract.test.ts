/**
 * One suite for all engines: every operation, on chosen and on random shapes, against the reference engine. An engine
 * may write its outputs and its scratch and nothing else, reads inputs and the control block when a call runs, and gives
 * the same bits each time. Each case comes in float32, and with operands in bfloat16. CREDENCE_CONTRACT_ROUNDS=25 runs as
 * many sets of random cases, with CREDENCE_CONTRACT_SEED=7 others than usual; `npm run test:soak` draws a seed by itself.
 */
import { describe, expect, test } from 'vitest';
import type { OperationName } from '../../src/graph/index.ts';
import { referenceTable } from '../../src/kernels/reference/table.ts';
import { type Prepared, casesOf, failures, operations } from './contract.ts';
import { engines, loadEngine } from './engines.ts';
import { Bench } from './harness.ts';

test('there are cases for every operation but reshape, which is never executed', () => {
  const executed = Object.keys(referenceTable).filter((name) => name !== 'reshape');
  expect(operations.toSorted()).toEqual(executed.toSorted());
});

const rounds = Number(process.env.CREDENCE_CONTRACT_ROUNDS ?? 1);
const seed = process.env.CREDENCE_CONTRACT_SEED === undefined ? null : Number(process.env.CREDENCE_CONTRACT_SEED);

const prepared = new Map<string, readonly Prepared[]>();

/** The cases of one round, computed once for all engines. */
function prepare(operation: OperationName, round: number): readonly Prepared[] {
  const name = `${operation} ${round}`;
  const cases = prepared.get(name) ?? casesOf(operation, round, seed);
  prepared.set(name, cases);
  return cases;
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
