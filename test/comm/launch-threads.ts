import { ThreadGroup } from '../../src/comm/threads/index.ts';

type Results = Record<string, unknown>;

/**
 * Runs scenarios on a group of threads.
 * @returns what each rank returned; null for a rank that ended without a word
 */
export async function runThreads(
  size: number,
  names: readonly string[],
  options: { readonly deadlineSeconds?: number; readonly leave?: boolean } = {},
): Promise<(Results | null)[]> {
  const { deadlineSeconds = 20, leave = true } = options;
  const group = new ThreadGroup({ size, deadlineSeconds });
  const results: (Results | null)[] = new Array(size).fill(null);
  const ends = results.map(async (_, rank) => {
    const worker = group.start(rank, new URL('./thread-rank.mjs', import.meta.url), {
      workerData: { names, leave },
      execArgv: [],
      stdout: true,
    });
    worker.on('message', (message: Results) => {
      results[rank] = message;
    });
    worker.on('error', () => {});
    await new Promise((resolve) => worker.once('exit', resolve));
  });
  await Promise.all(ends);
  return results;
}
