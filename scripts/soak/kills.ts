/**
 * Part `kills`. Kills trainings at random moments and goes on with them, until they have ended with the parameters of a training that
 * nobody disturbed, bit for bit. Threads are killed with their process, and resumed by hand; under both MPIs a rank is
 * killed, and `credence launch --restarts` goes on by itself. Linux only: ranks are found in /proc.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { launch, pathWith, ranksOf } from '../../test/cli/launching.ts';
import { type Running, endOf, folder, start, writeDigits } from '../../test/cli/process.ts';
import { installedMpis, shareOf } from './ways.ts';

let state = 0;
/** In [0, 1), the same for the same seed: a linear congruential generator (Numerical Recipes). */
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

const common = [
  'BNN_FC_flip',
  '--data',
  writeDigits('killed-digits'),
  '--draws',
  '1',
  '--seed',
  '7',
  '--batchSize',
  '12',
  '--replicas',
  '4',
];
/** A run that has come to its end before it was killed often enough is made so much longer. */
const more = 2000;

/** A start; or going on, where there is something to go on with. */
function wordsOf(run: string, steps: number): string[] {
  const length = ['--iteration', `${steps}`, '--json'];
  if (existsSync(join(folder, run, 'config.yaml'))) return ['train', '--resume', run, ...length];
  return ['train', ...common, '--checkpointEvery', '100', '--printEvery', '20', ...length, '--out', run];
}

interface Way {
  readonly name: string;
  start(words: readonly string[]): Running;
  /** the processes that may be killed just now */
  victims(child: Running, run: string): readonly number[];
  /** milliseconds within which a kill comes, after a start or the kill before */
  readonly within: number;
}

const threads: Way = {
  name: 'threads',
  start: (words) => start(...words, '--ranks', '2'),
  victims: ({ pid }) => [pid!],
  within: 900,
};

function launched(name: string, path: string): Way {
  return {
    name,
    start: (words) => launch(path, '-n', '2', '--restarts', '9999', ...words),
    victims: (_, run) => ranksOf(run),
    within: 1800,
  };
}

interface Survivor {
  readonly steps: number;
  readonly sha256: string;
}

/** Kills a run so many times. @returns what it ended with all the same */
async function torment({ name, start, victims, within }: Way, wanted: number): Promise<Survivor> {
  const run = name.replaceAll(' ', '-').toLowerCase();
  let steps = more;
  let killed = 0;
  for (let attempts = 1; ; attempts++) {
    const child = start(wordsOf(run, steps));
    const end = endOf(child);
    let hasEnded = false;
    const isOver = end.then(() => (hasEnded = true));
    while (killed < wanted) {
      // Every other kill falls into the training, the others anywhere from the start of the process on.
      const moment = killed % 2 === 0 ? sleep(within * random(), false) : underWay(run, 400 * random(), () => hasEnded);
      if (await Promise.race([isOver, moment])) break;
      const alive = victims(child, run);
      if (alive.length === 0) continue;
      killed += kill(alive[Math.floor(alive.length * random())]!);
    }
    const { code, signal, stdout, stderr } = await end;
    if (code === 0 && killed === wanted) {
      console.log(`${name}: ${killed} kills, ${attempts} starts, ${steps} steps`);
      return { steps, sha256: (JSON.parse(stdout) as { parametersSha256: string }).parametersSha256 };
    }
    if (code === 0) steps += more;
    else if (signal !== 'SIGKILL') throw new Error(`${name} ended with code ${code}: ${stderr}`);
  }
}

/** Resolves so many milliseconds after the run has begun to train again. */
async function underWay(run: string, milliseconds: number, hasEnded: () => boolean): Promise<false> {
  const size = () => statSync(join(folder, run, 'metrics.jsonl'), { throwIfNoEntry: false })?.size ?? 0;
  for (let before = size(), now = before; now <= before && !hasEnded(); now = size()) {
    before = Math.min(before, now);
    await sleep(5);
  }
  return sleep(milliseconds, false);
}

/** @returns how many it has killed */
function kill(pid: number): number {
  try {
    process.kill(pid, 'SIGKILL');
    return 1;
  } catch {
    // It has just ended by itself.
    return 0;
  }
}

async function undisturbed(steps: number): Promise<string> {
  const words = [
    'train',
    ...common,
    '--iteration',
    `${steps}`,
    '--json',
    '--ranks',
    '1',
    '--out',
    `undisturbed-${steps}`,
  ];
  const { code, stdout, stderr } = await endOf(start(...words));
  if (code !== 0) throw new Error(`the undisturbed run ended with code ${code}: ${stderr}`);
  return (JSON.parse(stdout) as { parametersSha256: string }).parametersSha256;
}

/** @throws Error where a run that was killed ends with other parameters */
export async function kills({ seed, count }: { readonly seed: number; readonly count: number }): Promise<void> {
  state = seed >>> 0;
  const ways = [threads, ...installedMpis().map(({ name, command }) => launched(name, pathWith(name, command[0]!)))];
  const known = new Map<number, string>();
  for (const [i, way] of ways.entries()) {
    const { steps, sha256 } = await torment(way, shareOf(count, i, ways.length));
    const expected = known.get(steps) ?? (await undisturbed(steps));
    known.set(steps, expected);
    if (sha256 !== expected) {
      throw new Error(
        `${way.name}, seed ${seed}: the parameters are ${sha256}, undisturbed ${expected}; see ${folder}`,
      );
    }
  }
  console.log(`${count} kills: the parameters are those of undisturbed runs, bit for bit`);
}
