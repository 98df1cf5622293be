import { describe, expect, it } from 'vitest';
import { type Job, supervise } from '../../src/launch/index.ts';

/** A job that has ended with that code before anybody looks. */
const ending = (code: number): Job => ({ ended: Promise.resolve(code), stop() {}, kill() {} });

async function attemptsOf(restarts: number, codes: readonly (number | null)[]) {
  const told: string[] = [];
  let attempts = 0;
  const code = await supervise({
    restarts,
    async start(attempt) {
      expect(attempt).toBe(attempts++);
      const ends = codes[attempt];
      return ends === null ? null : ending(ends);
    },
    tell: (text) => void told.push(text),
  });
  return { code, attempts, told };
}

describe('supervise', () => {
  it('starts again after a failure, and no more often than it may', async () => {
    expect(await attemptsOf(0, [137])).toEqual({ code: 137, attempts: 1, told: [] });
    expect(await attemptsOf(2, [137, 1, 0])).toEqual({
      code: 0,
      attempts: 3,
      told: ['the ranks ended with exit code 137: restart 1 of 2', 'the ranks ended with exit code 1: restart 2 of 2'],
    });
    expect(await attemptsOf(1, [137, 9])).toMatchObject({ code: 9, attempts: 2 });
  });

  it('does not repeat bad usage, nor goes on without hosts', async () => {
    expect(await attemptsOf(3, [2])).toMatchObject({ code: 2, attempts: 1 });
    expect(await attemptsOf(3, [137, null])).toMatchObject({ code: 137, attempts: 2 });
  });

  it('passes the first signal on, takes the same one twice for one, and starts nothing again', async () => {
    let stops = 0;
    let kills = 0;
    let end = (_code: number): void => {};
    const ended = new Promise<number>((resolve) => (end = resolve));
    const job: Job = { ended, stop: () => void stops++, kill: () => void kills++ };
    const told: string[] = [];
    const code = supervise({ restarts: 5, start: async () => job, tell: (text) => void told.push(text) });
    await Promise.resolve();
    process.emit('SIGTERM', 'SIGTERM');
    process.emit('SIGTERM', 'SIGTERM');
    end(1);
    expect([await code, stops, kills]).toEqual([1, 1, 0]);
    expect(told).toMatchInlineSnapshot(`
      [
        "SIGTERM: asking the ranks for a checkpoint and the end; once more to end them at once",
      ]
    `);
    expect(process.listenerCount('SIGHUP')).toBe(0);
  });
});
