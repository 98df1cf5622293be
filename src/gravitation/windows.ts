import { UsageError } from '../errors/index.ts';
import { type Binary, type Masses, massesOf } from './binary.ts';
import { RealFourier } from './fourier.ts';
import { FrequencyGrid, type Kind, lowestFrequency, sampleRate } from './frequency-grid.ts';
import { PhenomD } from './phenomd/phenomd.ts';
import { type Source, seenFrom } from './waveform.ts';

export interface WindowOptions extends Source {
  /** the sample of the window in which the binary merges; 0.9 s after its begin unless given */
  readonly merger?: number;
  /**
   * Seconds of the segment that the window is cut from, a power of two; unless given the least of 4, 8, 16, ... that the
   * signal fits into from 20 Hz on. In a shorter one its beginning comes round into the window.
   */
  readonly segment?: number;
}

/** one second */
export const windowLength = sampleRate;

/** 0.9 s */
export const usualMerger = 7372;

/** of a segment, after the merger */
const afterMerger = 1;

const longestSegment = 256;

/**
 * Signals in the time domain, 8192 samples per second: the inverse transform of a whole segment. What segments of a length
 * need is made once and used again. For many windows, `WhitenedWindows` is faster by far.
 */
export class SegmentWindows {
  readonly kind: Kind;
  readonly #segments = new Map<number, Segment>();

  /** @param kind the strain, or as a detector of the design noise hears it: in standard deviations of the noise per sample */
  constructor(kind: Kind) {
    this.kind = kind;
  }

  /**
   * Fills `out` with consecutive samples. Whitened, the sum of their squares over the whole segment is the square of the
   * optimal signal-to-noise ratio (Parseval), which is returned.
   * @param out [samples], 8192 for a window of a second
   * @throws UsageError for a binary that cannot be, for one of which nothing is above 20 Hz, and for a merger or a segment
   * that does not fit
   */
  fill(out: Float64Array | Float32Array, binary: Binary, options: WindowOptions = {}): number {
    const seen = seenFrom(options);
    const model = heard(binary);
    const { merger = usualMerger, segment = segmentOf(model.masses) } = options;
    const { grid, fourier, spectrum } = this.#segment(segment);
    checkPlace(merger, out.length, fourier.length);
    const last = grid.add(spectrum, { model, seen, merger: merger / sampleRate });
    let squares = 0;
    for (let n = 2 * grid.first; n < 2 * last + 2; n++) squares += spectrum[n]! ** 2;
    const signal = fourier.inverse(spectrum, grid.first, last);
    spectrum.fill(0, 2 * grid.first, 2 * last + 2);
    for (let n = 0; n < out.length; n++) out[n] = signal[n]!;
    return Math.sqrt((2 * squares) / fourier.length);
  }

  #segment(seconds: number): Segment {
    const found = this.#segments.get(seconds);
    if (found !== undefined) return found;
    if (!(seconds >= 1 && seconds <= longestSegment && Number.isInteger(Math.log2(seconds)))) {
      throw new UsageError('segment of a whitened signal', {
        got: String(seconds),
        expected: `seconds, a power of two from 1 to ${longestSegment}`,
      });
    }
    const fourier = new RealFourier(seconds * sampleRate);
    const spectrum = new Float64Array(fourier.length + 2);
    const made = { grid: new FrequencyGrid(this.kind, seconds), fourier, spectrum };
    this.#segments.set(seconds, made);
    return made;
  }
}

interface Segment {
  readonly grid: FrequencyGrid;
  readonly fourier: RealFourier;
  readonly spectrum: Float64Array;
}

/** @throws UsageError for a binary that cannot be, and for one of which nothing is above 20 Hz */
export function heard(binary: Binary): PhenomD {
  const model = new PhenomD(massesOf(binary));
  if (model.highest > lowestFrequency + 1) return model;
  throw new UsageError('the signal of a binary ends below 20 Hz', {
    got: `${model.masses.total} solar masses, at most ${model.highest.toPrecision(3)} Hz`,
    expected: 'a lighter one',
  });
}

/** Seconds from 20 Hz to the merger, to leading order (Peters 1964): (5/256) (pi f)^(-8/3) Mc^(-5/3). */
export function durationOf({ seconds, eta }: Masses): number {
  const chirp = seconds * eta ** (3 / 5);
  return (5 / 256) * (Math.PI * lowestFrequency) ** (-8 / 3) * chirp ** (-5 / 3);
}

/**
 * Seconds from 20 Hz to the merger, to leading order.
 * @throws UsageError for a binary that cannot be (`Binary`)
 */
export function durationFrom20Hz(binary: Binary): number {
  return durationOf(massesOf(binary));
}

/** Seconds of a segment that the signal fits into, with a quarter to spare. */
export function segmentOf(masses: Masses): number {
  const least = 1.25 * durationOf(masses) + 1 + afterMerger;
  return Math.min(longestSegment, Math.max(4, 2 ** Math.ceil(Math.log2(least))));
}

/** @throws UsageError */
export function checkPlace(merger: number, length: number, segment: number): void {
  if (length > segment) {
    throw new UsageError('window of a whitened signal', {
      got: `${length} samples`,
      expected: `at most the ${segment} of its segment`,
    });
  }
  if (!Number.isInteger(merger) || merger < 0 || merger > length) {
    throw new UsageError('merger in a window', { got: String(merger), expected: `a sample from 0 to ${length}` });
  }
}
