import { describe, expect, test } from 'vitest';
import { checkHealthy, plain } from './contract.ts';
import { type MpiRunOptions, isInstalled, mpis, runMpi } from './launch-mpi.ts';
import { healthy } from './scenarios.ts';

describe.each(mpis)('$name', (mpi) => {
  // In CI a launcher that is missing makes the tests fail.
  const there = process.env.CI !== undefined || isInstalled(mpi);
  const say = there ? '' : ` (skipped: ${mpi.package} is not installed)`;

  describe.runIf(there).concurrent(`keeps the contract${say}`, () => {
    test.each([1, 2, 3, 4])('on %i ranks', async (size) => {
      const { results, status, output } = await runMpi(mpi, size, Object.keys(healthy));
      expect(status, output).toBe(0);
      checkHealthy(results);
    });
  });

  describe.runIf(there).concurrent(`when a rank goes wrong${say}`, () => {
    const run = async (size: number, name: string, options: MpiRunOptions = {}) => {
      const { results, status } = await runMpi(mpi, size, [name], options);
      expect(status).not.toBe(0);
      return results.map((result) => plain(result?.[name]));
    };

    test('by another operation, all say which', async ({ expect }) => {
      expect(await run(3, 'otherOperation')).toMatchInlineSnapshot(`
        [
          "the ranks call different operations (seen from rank 0): ranks 0, 1: allreduce sum of "gradient bucket 0" (float32 x 10) at step 2; rank 2: broadcast from rank 0 of "parameters" (float32 x 10) at step 2. Start every rank with the same configuration and version",
          "the ranks call different operations (seen from rank 1): ranks 0, 1: allreduce sum of "gradient bucket 0" (float32 x 10) at step 2; rank 2: broadcast from rank 0 of "parameters" (float32 x 10) at step 2. Start every rank with the same configuration and version",
          "the ranks call different operations (seen from rank 2): ranks 0, 1: allreduce sum of "gradient bucket 0" (float32 x 10) at step 2; rank 2: broadcast from rank 0 of "parameters" (float32 x 10) at step 2. Start every rank with the same configuration and version",
        ]
      `);
    });

    test('by other sizes, all say which', async ({ expect }) => {
      expect((await run(2, 'otherSize'))[0]).toMatchInlineSnapshot(
        `"the ranks call different operations (seen from rank 0): rank 0: allreduce sum of "gradient bucket 0" (float32 x 10) at step 3; rank 1: allreduce sum of "gradient bucket 0" (float32 x 11) at step 3. Start every rank with the same configuration and version"`,
      );
    });

    test('and does not come, the others name it', async ({ expect }) => {
      expect((await run(2, 'late', { deadlineSeconds: 1 }))[0]).toMatchInlineSnapshot(
        `"rank 0 on HOST waited T s in allreduce sum of "gradient bucket 2" (float32 x 10) at step 2: missing rank 1 on HOST (answers no roll call: stopped, lost or busy elsewhere). Look at what became of it; give a longer --deadline if a step takes that long"`,
      );
    });

    test('and is stopped, the others name it', async ({ expect }) => {
      const messages = await run(3, 'endless', { deadlineSeconds: 1, signal: 'SIGSTOP' });
      expect(messages.slice(0, 2).map(withoutStep)).toMatchInlineSnapshot(`
        [
          "rank 0 on HOST waited T s in allreduce sum of "gradient bucket 1" (float32 x 10) at step N: missing rank 2 on HOST (answers no roll call: stopped, lost or busy elsewhere). Look at what became of it; give a longer --deadline if a step takes that long",
          "rank 1 on HOST waited T s in allreduce sum of "gradient bucket 1" (float32 x 10) at step N: missing rank 2 on HOST (answers no roll call: stopped, lost or busy elsewhere). Look at what became of it; give a longer --deadline if a step takes that long",
        ]
      `);
    });

    test('and never starts, the others say so and end', async ({ expect }) => {
      const { status, output } = await runMpi(mpi, 1, ['noDrift'], { startSeconds: 1, beside: ['sleep', '20'] });
      expect(status).not.toBe(0);
      const said = output.split('\n').find((line) => line.startsWith('rank'));
      expect(plain(said)).toMatchInlineSnapshot(
        `"rank 0 of 2 on HOST waited T s in MPI_Init: not all ranks have started. Look at the other hosts; give a longer --deadline if they take that long"`,
      );
    });

    test('and is killed, all end', async ({ expect }) => {
      expect((await run(2, 'endless', { signal: 'SIGKILL' }))[1]).toBeUndefined();
    });

    test('and says why, the others repeat it', async ({ expect }) => {
      expect((await run(2, 'abort'))[0]).toMatchInlineSnapshot(
        `"rank 0 on HOST cannot finish barrier of "before" at step 2: rank 1 on HOST gave up: the disk is full"`,
      );
    });

    test('by an error that nobody caught, the others repeat it', async ({ expect }) => {
      expect((await run(2, 'rejection'))[0]).toMatchInlineSnapshot(
        `"rank 0 on HOST cannot finish barrier of "step" at step 2: rank 1 on HOST failed: forgotten"`,
      );
    });
  });
});

function withoutStep(message: unknown): unknown {
  return typeof message === 'string' ? message.replaceAll(/step \d+/g, 'step N') : message;
}
