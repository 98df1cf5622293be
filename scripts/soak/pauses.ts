/**
 * Part `pauses`. Stops all ranks of a training for longer than its deadline, and lets them go on: none may take the time for
 * waiting. Threads, and both MPIs where they are installed. Linux: ranks are found in /proc.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { launch, pathWith, ranksOf } from '../../test/cli/launching.ts';
import { type Running, endOf, start, writeDigits } from '../../test/cli/process.ts';
import { installedMpis, shareOf } from './ways.ts';

const deadline = 2;

/** @throws Error where a training ends by a pause */
export async function pauses({ count }: { readonly count: number }): Promise<void> {
  const common = ['--data', writeDigits('paused-digits'), '--iteration', '100000000', '--checkpointEvery', '0'];
  const words = (run: string) => [
    'BNN_FC_flip',
    ...common,
    '--replicas',
    '2',
    '--deadline',
    `${deadline}`,
    '--out',
    run,
  ];
  const ways = [
    { name: 'threads', start: (run: string) => start('train', ...words(run), '--ranks', '2') },
    ...installedMpis().map(({ name, command }) => {
      const path = pathWith(`paused ${name}`, command[0]!);
      return { name, start: (run: string): Running => launch(path, '-n', '2', 'train', ...words(run)) };
    }),
  ];
  for (const [i, { name, start }] of ways.entries()) {
    const share = shareOf(count, i, ways.length);
    const run = `paused-${i}`;
    const child = start(run);
    const end = endOf(child);
    const ranks = () => (name === 'threads' ? [child.pid!] : ranksOf(run));
    while (ranks().length < (name === 'threads' ? 1 : 2)) await sleep(50);
    await sleep(4000);
    for (let pause = 1; pause <= share; pause++) {
      for (const pid of ranks()) process.kill(pid, 'SIGSTOP');
      await sleep(1500 * deadline);
      for (const pid of ranks()) process.kill(pid, 'SIGCONT');
      await sleep(1000);
      if (child.exitCode !== null || ranks().length === 0) {
        throw new Error(`${name}: pause ${pause} ended a healthy training: ${(await end).stderr}`);
      }
    }
    child.kill('SIGTERM');
    const { stderr } = await end;
    if (!stderr.includes('checkpointed')) throw new Error(`${name}: not stopped in order: ${stderr}`);
    console.log(`pauses: ${share} of ${name}, each longer than the deadline; the training went on`);
  }
}
