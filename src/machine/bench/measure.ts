/**
 * A training is measured as a user runs it: by the command line, in a process of its own and a throwaway folder. It is
 * stopped after a while, as by Ctrl-C, so that no time goes into what is not asked for: the evaluation at the end.
 */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CredenceError, UnavailableError, describeFailure } from '../../errors/index.ts';
import { type Launcher, commandLineOf, startJob } from '../../launch/index.ts';
import { medianAfterWarmup } from '../../train/index.ts';

export interface MeasuredRun {
  /** settings of `credence train`, the model's name aside */
  readonly settings: Readonly<Record<string, string | number>>;
  readonly model: string;
  readonly ranks: number;
  /** null: threads of one process */
  readonly mpi?: Launcher | null;
  /** the core to which the process is pinned (Linux); null: wherever the system puts it */
  readonly core?: number | null;
  /** how long it trains, start-up not counted */
  readonly seconds: number;
}

export interface Measurement {
  /** of training, over all ranks: median over the steps, the first 20 (or the first half) left out */
  readonly samplesPerSecond: number;
  /** the same steps, what lies between them included: examples over the time from the first one's start to the last one's end */
  readonly windowSamplesPerSecond: number;
  readonly steps: number;
  /** of all processes together */
  readonly peakRssMB: number;
  /** from the start of the process to the end of the first training step */
  readonly firstStepSeconds: number;
}

/** Whether a step of a network takes a good part of a second. */
export function isLarge(model: string): boolean {
  return /^(CIFAR|GW)/.test(model);
}

/** How long a measurement lasts unless it is said: large networks need more. */
export function usualSeconds(model: string): number {
  return isLarge(model) ? 8 : 2;
}

/** Seconds for what comes before a steady pace: the graph is planned, kernels are compiled and compiled again. */
const beginning = 1;

/** Fewer steps than this tell nothing. */
const fewestSteps = 4;

/** Seconds after which it is given up. */
const longest = 120;

/**
 * On a machine that is too slow, or too busy, for a few steps in the given time it is measured again for twice as long.
 * @throws CredenceError with what the command said, if it does not train
 */
export async function measureTraining(run: MeasuredRun): Promise<Measurement> {
  for (let seconds = run.seconds; ; seconds *= 2) {
    const folder = temporaryFolder();
    try {
      const startedAt = Date.now() / 1000;
      await train({ ...run, seconds }, folder);
      const rows = readTiming(join(folder, 'run'));
      if (rows.length >= fewestSteps) return { ...ratesOf(rows, startedAt), peakRssMB: readPeak(folder) };
      if (seconds > longest) {
        throw new CredenceError('UNAVAILABLE', `${run.model} is too slow here to be measured`, {
          got: `${rows.length} steps in ${seconds} s`,
          expected: `at least ${fewestSteps}`,
        });
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** @throws UnavailableError where there is none */
function temporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'credence-bench-'));
  } catch (error) {
    const { got, cause } = describeFailure(error);
    throw new UnavailableError(`no folder can be made in ${tmpdir()}`, {
      ...{ got, cause },
      remedy: 'Set TMPDIR to a folder that is there and may be written',
    });
  }
}

/** The built command line, also of the sources, because workers need it; this file is built into dist/chunks/. */
const dist = import.meta.url.endsWith('.js') ? '../' : '../../../dist/';
const main = new URL(`${dist}cli/main.js`, import.meta.url);
const peakMemory = new URL(`${dist}chunks/peak-memory.js`, import.meta.url);

function command(folder: string): string[] {
  const preload = new URL(peakMemory);
  preload.searchParams.set('folder', folder);
  return [process.execPath, '--import', preload.href, fileURLToPath(main)];
}

async function train({ model, settings, ranks, mpi = null, core = null, seconds }: MeasuredRun, folder: string) {
  const run = join(folder, 'run');
  const endless = { iteration: 100_000_000, checkpointEvery: 0, histogramEvery: 0 };
  const words = Object.entries({ ...endless, ...settings, out: run }).flatMap(([key, value]) => [
    `--${key}`,
    `${value}`,
  ]);
  const launcher = mpi ?? { dialect: 'threads', program: process.execPath, library: null };
  const { program, words: own } = commandLineOf(launcher, {
    ranks,
    hosts: mpi && [{ name: 'localhost', slots: ranks }],
    command: [...command(folder), 'train', model, ...words],
    isTagged: false,
    isRoot: process.getuid?.() === 0,
  });
  const line =
    core === null ? { program, words: own } : { program: 'taskset', words: ['-c', `${core}`, program, ...own] };
  let said = '';
  const job = startJob(line, {
    dialect: launcher.dialect,
    write: (_, text) => {
      said += `${text}\n`;
    },
  });
  let code: number | null = null;
  const ended = job.ended.then((value) => (code = value));
  // The configuration is written when the first step is about to begin.
  while (code === null && !existsSync(join(run, 'config.yaml'))) await Promise.race([sleep(20), ended]);
  await Promise.race([sleep(1e3 * (seconds + beginning)), ended]);
  if (code === null) job.stop();
  await ended;
  // The signal reaches the ranks one after the other: the first may learn of it from another.
  if (!/stopped by (SIG|another rank)/.test(said)) {
    throw new CredenceError('UNAVAILABLE', `a training of ${model} ended before it could be measured`, {
      got: said.trim().split('\n').at(-1) || `exit code ${code}`,
    });
  }
}

/** iteration, seconds, samples/s, start and end of each step */
type StepRow = readonly number[];

function readTiming(run: string): StepRow[] {
  const [, ...lines] = readFileSync(join(run, 'timing.csv'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => line.split(',').map(Number));
}

function ratesOf(rows: readonly StepRow[], startedAt: number): Omit<Measurement, 'peakRssMB'> {
  const counted = rows.slice(Math.min(20, Math.floor(rows.length / 2)));
  const [, seconds, rate] = rows[0]!;
  const examples = Math.round(seconds! * rate!);
  const elapsed = counted.at(-1)![4]! - counted[0]![3]!;
  return {
    samplesPerSecond: medianAfterWarmup(Float64Array.from(rows, (row) => row[2]!)),
    windowSamplesPerSecond: (examples * counted.length) / elapsed,
    steps: counted.length,
    firstStepSeconds: rows[0]![4]! - startedAt,
  };
}

function readPeak(folder: string): number {
  const peaks = readdirSync(folder).filter((name) => name.startsWith('peak-'));
  return peaks.reduce((sum, name) => sum + Number(readFileSync(join(folder, name), 'utf8')), 0) / 1e6;
}
