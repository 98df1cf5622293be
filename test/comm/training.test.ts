import { describe, expect, it } from 'vitest';
import { plain } from './contract.ts';
import { isInstalled, mpis, runMpi } from './launch-mpi.ts';
import { runThreads } from './launch-threads.ts';

interface Outcome {
  readonly message: string;
  readonly written: readonly number[];
}

describe('a training on two threads', () => {
  const outcomes = async (name: string): Promise<(Outcome | undefined)[]> => {
    const results = await runThreads(2, [name], { leave: false });
    return results.map((result) => result?.[name] as Outcome | undefined);
  };

  it('ends when a weight drifts apart, at the next comparison, and keeps the checkpoint before', async () => {
    const found = await outcomes('drifting');
    expect(plain(found[0]!.message)).toMatchInlineSnapshot(
      `"the ranks have drifted apart: at step 15 the parameter dense/kernel (640 elements) differs on rank 1 from the 1 other. Resume from the last checkpoint, without the host of that rank if it happens again"`,
    );
    expect(found[1]!.message).toBe(found[0]!.message);
    expect(found[0]!.written).toEqual([9]);
  });

  it('ends when a rank is lost, and checkpoints the last complete step', async () => {
    const [first, lost] = await outcomes('losing');
    expect(plain(first!.message)).toMatchInlineSnapshot(
      `"rank 0 on HOST cannot finish fold of "gradient bucket 0" (float32 x 101072, 2 parts) at step 13: rank 1 on HOST ended with exit code 3"`,
    );
    expect(lost).toBeUndefined();
    expect(first!.written).toEqual([9, 12]);
  });
});

describe.each(mpis)('a training by $name', (mpi) => {
  const there = process.env.CI !== undefined || isInstalled(mpi);
  const say = there ? '' : ` (skipped: ${mpi.package} is not installed)`;

  it.runIf(there)(`checkpoints the last complete step when a rank is lost${say}`, async () => {
    const { results, status } = await runMpi(mpi, 2, ['losing']);
    expect(status).not.toBe(0);
    const first = results[0]?.losing as Outcome;
    expect(plain(first.message)).toMatch(/^rank 0 on HOST cannot finish .* at step 13: rank 1 on HOST ended with exit/);
    expect(first.written).toEqual([9, 12]);
  });
});
