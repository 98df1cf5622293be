/** Makes files of gravitational waves: clean signals of a prior, put into noise, in the layout of the original. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { DataError, UsageError, describeFailure, systemCode } from '../../errors/index.ts';
import {
  type Fading,
  type SnrRange,
  fillWindows,
  loudnessOfLevel,
  makeSignals,
  signalTargets,
  usualPrior,
  windowLength,
} from '../../gravitation/index.ts';
import { formOf, sha256Of } from '../own/file.ts';
import { SignalFileWriter } from './hdf5-writer.ts';
import { type SignalFile, manifestName, testFile, trainingFiles, windowBytes } from './layout.ts';

/** What is to be made: the same words make the same numbers. */
export interface SignalRequest extends Fading {
  /** binaries to train on, each in every file of them */
  readonly count: number;
  /** others to test on */
  readonly test: number;
  readonly seed: number;
  /** who makes it, for the manifest */
  readonly program: string;
}

/** One of the files, and what is in it. */
interface Plan {
  readonly file: SignalFile;
  readonly part: 'train' | 'test';
  readonly count: number;
  readonly peakSnr: SnrRange;
  /** of each of its signals */
  readonly visit: number;
}

export function planOf(request: SignalRequest): readonly Plan[] {
  const { count, test, peakSnr } = request;
  const training = trainingFiles.map((file, level): Plan => {
    return { file, part: 'train', count, peakSnr: loudnessOfLevel(request, level), visit: level };
  });
  const held: Plan = { file: testFile, part: 'test', count: test, peakSnr, visit: 0 };
  return test === 0 ? training : [...training, held];
}

/** Signals that are in memory at once: 37 kB each, and as much again in noise. */
const block = 256;

/**
 * The first rank's part before the others begin: the folder, and what it is to hold. What was made before, for the same
 * words, is kept.
 * @throws UsageError where the folder holds something else, DataError where it cannot be written, or has no room
 */
export function openSignalFolder(folder: string, request: SignalRequest): void {
  const path = join(folder, manifestName);
  try {
    mkdirSync(folder, { recursive: true });
    if (!existsSync(path)) {
      const others = readdirSync(folder);
      if (others.length > 0) {
        throw new UsageError(`${folder} is not empty, and holds no data that were begun`, {
          got: others.slice(0, 3).join(', '),
          expected: 'a new or an empty folder',
        });
      }
      writeFileSync(path, manifestOf(request, null));
    }
    const begun = readManifest(path);
    if (!isDeepStrictEqual(begun['request'], wordsOf(request))) {
      throw new UsageError(`${folder} holds other gravitational waves`, {
        got: JSON.stringify(begun['request']),
        expected: JSON.stringify(wordsOf(request)),
        remedy: 'Give a new folder, or the same words to go on',
      });
    }
    for (const name of readdirSync(folder)) if (name.endsWith('.part')) rmSync(join(folder, name));
    assertRoom(folder, request);
  } catch (cause) {
    if (cause instanceof UsageError || cause instanceof DataError) throw cause;
    throw new DataError(`${folder} cannot be written`, describeFailure(cause));
  }
}

/** Before hours are spent. */
function assertRoom(folder: string, request: SignalRequest): void {
  const missing = planOf(request).filter(({ file }) => !existsSync(join(folder, file.name)));
  const needed = missing.reduce((sum, { count }) => sum + count * (windowBytes * 1.005 + 40), 0);
  const { bavail, bsize } = statfsSync(folder);
  if (needed <= bavail * bsize) return;
  throw new DataError(`${folder} has no room for ${missing.length} files`, {
    got: `${gigabytes(bavail * bsize)} that are free`,
    expected: gigabytes(needed),
    remedy: 'Make room, give another folder, or a smaller --count',
  });
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

function readManifest(path: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  } catch (cause) {
    throw new DataError(`${path} is no manifest`, { got: (cause as Error).message, remedy: 'Give a new folder' });
  }
}

/**
 * One rank's share of the files: yields how many windows it has made since. A file has its name once it is complete; one that
 * was begun is begun again.
 * @throws DataError where the disk takes no more
 */
export async function* writeSignalFiles(
  folder: string,
  request: SignalRequest,
  { rank, size }: { readonly rank: number; readonly size: number },
): AsyncGenerator<number> {
  for (const [i, plan] of planOf(request).entries()) {
    if (i % size !== rank) continue;
    const path = join(folder, plan.file.name);
    if (existsSync(path)) yield plan.count;
    else yield* writeFile(path, plan, request);
  }
}

async function* writeFile(path: string, plan: Plan, { seed }: SignalRequest): AsyncGenerator<number> {
  const { file, part, count, peakSnr, visit } = plan;
  const beside = `${path}.part`;
  const labels = new Float64Array(count * signalTargets.length);
  const writer = new SignalFileWriter(beside, file);
  try {
    for (let first = 0; first < count; first += block) {
      const own = Math.min(block, count - first);
      const signals = makeSignals(own, { seed, part, first });
      const windows = new Float32Array(own * windowLength);
      fillWindows(windows, signals, { seed, peakSnr, visit });
      labels.set(signals.labels, first * signalTargets.length);
      await writer.append(windows);
      yield own;
    }
    await writer.finish(labels);
    sync(beside);
    renameSync(beside, path);
  } catch (cause) {
    rmSync(beside, { force: true });
    if (cause instanceof DataError || systemCode(cause) === undefined) throw cause;
    throw new DataError(`${path} cannot be written`, describeFailure(cause));
  } finally {
    await writer.end();
  }
}

function sync(path: string): void {
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
}

/** The first rank's part once all files are there: the sum of each, which `sha256sum` gives too. */
export async function closeSignalFolder(folder: string, request: SignalRequest): Promise<void> {
  const sums: Record<string, string> = {};
  for (const { file } of planOf(request)) {
    const path = join(folder, file.name);
    sums[file.name] = await sha256Of(path, formOf(path));
  }
  const path = join(folder, manifestName);
  writeFileSync(`${path}.part`, manifestOf(request, sums));
  renameSync(`${path}.part`, path);
}

function wordsOf({ count, test, seed, peakSnr, louder }: SignalRequest): object {
  return { count, test, seed, peakSnr: [...peakSnr], louder };
}

/** @param sums sha256 by the names of the files; null: they are still to be made */
function manifestOf(request: SignalRequest, sums: Readonly<Record<string, string>> | null): string {
  const { mass1, mass2, spin, largestRatio, leastFinalSpin } = usualPrior;
  const manifest = {
    made: sums === null ? 'in the making: start the same command again to go on' : 'complete',
    request: wordsOf(request),
    prior: { mass1, mass2, spin, largestRatio, leastFinalSpin, unit: 'solar masses in the detector frame' },
    waveform:
      'IMRPhenomD, aligned spins (arXiv 1508.07253); final spin: arXiv 1508.07250; omega: Kerr, l = m = 2, n = 0',
    noise: 'white, of signals whitened by the design noise of advanced LIGO (LIGO-T0900288), from 20 Hz on',
    window: `${windowLength} samples, 8192 Hz, each divided by its standard deviation`,
    labels: signalTargets,
    program: request.program,
    format: 1,
    files: planOf(request).map(({ file, count, peakSnr }) => ({
      ...{ name: file.name, windows: count, peakSnr, arrays: [file.data, file.label] },
      sha256: sums?.[file.name] ?? null,
    })),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
