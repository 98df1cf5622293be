import { sharedBuffer } from '../data/index.ts';
import { UsageError } from '../errors/index.ts';
import type { Binary } from './binary.ts';
import { sampleRate } from './frequency-grid.ts';
import { type Prior, type SignalPart, drawBinary, usualPrior } from './prior.ts';
import { remnant } from './remnant.ts';
import { ringdown } from './ringdown.ts';
import { WhitenedWindows } from './two-bands.ts';
import { windowLength } from './windows.ts';

/** What is to be learnt of a binary: masses in solar masses, omega in units of one over the final mass. */
export const signalTargets = ['mass1', 'mass2', 'finalSpin', 'omegaReal', 'omegaImaginary'] as const;
export type SignalTarget = (typeof signalTargets)[number];

/** Whitened signals without noise, made once. On shared memory, ranks in threads share one copy. */
export interface Signals {
  readonly part: SignalPart;
  /** place of the first one in its part */
  readonly first: number;
  readonly count: number;
  /** samples of each: a window, and how far it may be moved */
  readonly length: number;
  /** the sample in which each merges: as late as it may */
  readonly merger: number;
  /** [count, length], the largest sample of each 1 */
  readonly samples: Float32Array;
  /** [count, 5], as `signalTargets` */
  readonly labels: Float64Array;
}

/** Seconds from the begin of a window to the merger, at least and at most. */
const [earliest, latest] = [0.8, 0.95];
export const mergers = [Math.round(earliest * sampleRate), Math.round(latest * sampleRate)] as const;

/** Samples of a signal at rest: a window, and how far it may be moved. */
export const signalLength = windowLength + mergers[1] - mergers[0];

/**
 * Binaries of a prior and what a detector hears of them, with a phase of each one's own: 37 kB each, some 2,000 per second.
 * @param count at most 56,000, which fill 2 GB
 * @param options `first`: the place in its part with which to begin, 0 unless given
 * @throws UsageError where the count is no number of signals, DataError where they do not fit into memory
 */
export function makeSignals(
  count: number,
  {
    seed,
    part = 'train',
    first = 0,
    prior = usualPrior,
  }: { readonly seed: number; readonly part?: SignalPart; readonly first?: number; readonly prior?: Prior },
): Signals {
  if (!Number.isInteger(count) || count < 1) {
    throw new UsageError('number of signals', { got: String(count), expected: 'an integer from 1' });
  }
  const merger = mergers[1];
  const length = signalLength;
  const bytes = Float32Array.BYTES_PER_ELEMENT;
  const samples = new Float32Array(sharedBuffer(`${count} signals`, count * length * bytes));
  const labels = new Float64Array(sharedBuffer('their labels', count * signalTargets.length * 8));
  const windows = new WhitenedWindows();
  for (let i = 0; i < count; i++) {
    const { phase, ...binary } = drawBinary(seed, part, first + i, prior);
    const row = samples.subarray(i * length, (i + 1) * length);
    windows.fill(row, binary, { merger, phase });
    const largest = row.reduce((a, b) => Math.max(a, b), 0);
    for (let n = 0; n < length; n++) row[n]! /= largest;
    labels.set(labelsOf(binary), i * signalTargets.length);
  }
  return { part, first, count, length, merger, samples, labels };
}

/**
 * What is to be learnt of the signals that `makeSignals` would make, without them.
 * @returns [count, 5], as `signalTargets`
 */
export function signalLabels(
  count: number,
  { seed, part }: { readonly seed: number; readonly part: SignalPart },
): Float64Array {
  const labels = new Float64Array(count * signalTargets.length);
  for (let i = 0; i < count; i++) labels.set(labelsOf(drawBinary(seed, part, i)), i * signalTargets.length);
  return labels;
}

/** As `signalTargets`. */
function labelsOf(binary: Required<Binary>): readonly number[] {
  const { spin } = remnant(binary);
  const { omegaReal, omegaImaginary } = ringdown(spin);
  return [binary.mass1, binary.mass2, spin, omegaReal, omegaImaginary];
}
