import { hostname } from 'node:os';
import { describe, expect, test } from 'vitest';
import { solo } from '../../src/comm/index.ts';
import { ThreadGroup, joinThreads } from '../../src/comm/threads/index.ts';
import { checkHealthy, plain } from './contract.ts';
import { runThreads } from './launch-threads.ts';
import { healthy } from './scenarios.ts';

test('solo keeps the contract', () => {
  checkHealthy([Object.fromEntries(Object.entries(healthy).map(([name, scenario]) => [name, scenario(solo)]))]);
});

describe.each([1, 2, 3, 4])('%i threads', (size) => {
  test('keep the contract', async () => {
    checkHealthy(await runThreads(size, Object.keys(healthy)));
  });
});

const messages = async (size: number, name: string, deadlineSeconds?: number): Promise<unknown[]> => {
  const results = await runThreads(size, [name], { deadlineSeconds, leave: false });
  return results.map((result) => plain(result?.[name]));
};

describe('threads that go wrong', () => {
  test('are refused when they call another operation', async () => {
    expect(await messages(3, 'otherOperation')).toMatchInlineSnapshot(`
      [
        "the ranks call different operations (seen from rank 0): ranks 0, 1: allreduce sum of "gradient bucket 0" (float32 x 10) at step 2; rank 2: broadcast from rank 0 of "parameters" (float32 x 10) at step 2. Start every rank with the same configuration and version",
        "the ranks call different operations (seen from rank 1): ranks 0, 1: allreduce sum of "gradient bucket 0" (float32 x 10) at step 2; rank 2: broadcast from rank 0 of "parameters" (float32 x 10) at step 2. Start every rank with the same configuration and version",
        "the ranks call different operations (seen from rank 2): ranks 0, 1: allreduce sum of "gradient bucket 0" (float32 x 10) at step 2; rank 2: broadcast from rank 0 of "parameters" (float32 x 10) at step 2. Start every rank with the same configuration and version",
      ]
    `);
    expect((await messages(2, 'otherSize'))[0]).toMatchInlineSnapshot(
      `"the ranks call different operations (seen from rank 0): rank 0: allreduce sum of "gradient bucket 0" (float32 x 10) at step 3; rank 1: allreduce sum of "gradient bucket 0" (float32 x 11) at step 3. Start every rank with the same configuration and version"`,
    );
    expect((await messages(2, 'otherName'))[1]).toMatchInlineSnapshot(
      `"the ranks call different operations (seen from rank 1): rank 0: barrier of "evaluation" at step 3; rank 1: barrier of "checkpoint" at step 3. Start every rank with the same configuration and version"`,
    );
  });

  test('are named by every other when they do not come', async () => {
    expect(await messages(3, 'late', 1)).toMatchInlineSnapshot(`
      [
        "rank 0 on HOST waited T s in allreduce sum of "gradient bucket 2" (float32 x 10) at step 2: missing rank 2 on HOST (last seen T s ago in allreduce sum of "gradient bucket 2" (float32 x 10) at step 1). Look at what became of it; give a longer --deadline if a step takes that long",
        "rank 1 on HOST waited T s in allreduce sum of "gradient bucket 2" (float32 x 10) at step 2: missing rank 2 on HOST (last seen T s ago in allreduce sum of "gradient bucket 2" (float32 x 10) at step 1). Look at what became of it; give a longer --deadline if a step takes that long",
        "rank 2 on HOST cannot finish allreduce sum of "gradient bucket 2" (float32 x 10) at step 2: rank 0 gave up: rank 0 on HOST waited T s in allreduce sum of "gradient bucket 2" (float32 x 10) at step 2: missing rank 2 on HOST (last seen T s ago in allreduce sum of "gradient bucket 2" (float32 x 10) at step 1). Look at what became of it; give a longer --deadline if a step takes that long",
      ]
    `);
  });

  test('tell the others why they give up', async () => {
    expect(await messages(2, 'abort')).toMatchInlineSnapshot(`
      [
        "rank 0 on HOST cannot finish barrier of "before" at step 2: rank 1 on HOST gave up: the disk is full",
        "rank 1 on HOST gave up: the disk is full",
      ]
    `);
  });

  test('are noticed when they fail', async () => {
    expect(await messages(2, 'crash')).toMatchInlineSnapshot(`
      [
        "rank 0 on HOST cannot finish barrier of "step" at step 2: rank 1 on HOST failed: out of luck",
        undefined,
      ]
    `);
    expect(await messages(2, 'rejection')).toMatchInlineSnapshot(`
      [
        "rank 0 on HOST cannot finish barrier of "step" at step 2: rank 1 on HOST failed: forgotten",
        undefined,
      ]
    `);
    expect(await messages(2, 'exit')).toMatchInlineSnapshot(`
      [
        "rank 0 on HOST cannot finish barrier of "step" at step 2: rank 1 on HOST ended with exit code 3",
        undefined,
      ]
    `);
  });

  test('are noticed when they run out of memory, also while the thread that launched them waits itself', () => {
    const group = new ThreadGroup({ size: 2, deadlineSeconds: 60 });
    const worker = group.start(1, new URL('./thread-rank.mjs', import.meta.url), {
      ...{ workerData: { names: ['memory'], leave: false }, execArgv: [], stdout: true, stderr: true },
      resourceLimits: { maxOldGenerationSizeMb: 64 },
    });
    worker.on('error', () => {});
    const barrier = joinThreads(group.seat(0)).barrier('step');
    barrier.run(1);
    let message = '';
    try {
      barrier.run(2);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(plain(message)).toMatchInlineSnapshot(
      `"rank 0 on HOST cannot finish barrier of "step" at step 2: rank 1 on HOST ended without a word: out of memory, or ended from outside"`,
    );
  });

  test('are named with the tensor when parameters drift apart', async () => {
    expect(await messages(3, 'drift')).toMatchInlineSnapshot(`
      [
        "the ranks have drifted apart: at step 10 the parameter dense/kernel (50 elements) differs on rank 2 from the 2 others. Resume from the last checkpoint, without the host of that rank if it happens again",
        "the ranks have drifted apart: at step 10 the parameter dense/kernel (50 elements) differs on rank 2 from the 2 others. Resume from the last checkpoint, without the host of that rank if it happens again",
        "the ranks have drifted apart: at step 10 the parameter dense/kernel (50 elements) differs on rank 2 from the 2 others. Resume from the last checkpoint, without the host of that rank if it happens again",
      ]
    `);
  });

  test('a group has at least one', () => {
    expect(() => new ThreadGroup({ size: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: a group of threads needs ranks: got 0, expected a whole number from 1 on]`,
    );
  });

  test('say on which host', () => {
    expect(new ThreadGroup({ size: 1 }).seat(0).host).toBe(hostname());
  });
});
