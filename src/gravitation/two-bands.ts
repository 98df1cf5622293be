import { normalCdf } from '../distributions/index.ts';
import type { Binary } from './binary.ts';
import { RealFourier, RealSpectrum } from './fourier.ts';
import { FrequencyGrid, type Signal, type Taper, lowestFrequency, sampleRate } from './frequency-grid.ts';
import { type Source, seenFrom } from './waveform.ts';
import { SegmentWindows, checkPlace, durationOf, heard, segmentOf, usualMerger } from './windows.ts';

/** Seconds of the frame that a window is made in, samples per second of the low band, and the highest frequency there. */
const [frame, lowRate, lowEnd] = [2, 512, 200];

/** The last bin of the frame's spectrum that the low band has. */
const lowBins = frame * (lowRate / 2);

/** Hz of the step between the bands, and seconds that a signal spreads by it in time. */
const [width, spread] = [30, 0.4];

/** A smooth step is cut where it is 2e-8 from its ends: 5.5 standard deviations to each side of its middle. */
const deviations = 11;

/**
 * Whitened windows in two bands, each in as much as it needs: the beginning of a signal is long and slow, its end fast and
 * short. Below a smooth step in frequency, where the signal may be longer than the frame of two seconds, the segment is as
 * long as `segmentOf` says, at 512 samples per second; a smooth window cuts the frame out of it. Above, the signal fits into
 * the frame. The sum is that of one segment (`SegmentWindows`) to some 1e-7 of its largest sample, in a third of the time.
 */
export class WhitenedWindows {
  readonly #high = new FrequencyGrid('whitened', frame);
  readonly #fourier = new RealFourier(frame * sampleRate);
  readonly #spectrum = new Float64Array(frame * sampleRate + 2);
  readonly #framed = new Float64Array(frame * lowRate);
  readonly #forward = new RealSpectrum(frame * lowRate);
  readonly #cuts = new Map<number, Float64Array>();
  readonly #low = new Map<number, { grid: FrequencyGrid; fourier: RealFourier; spectrum: Float64Array }>();
  readonly #step = new Step();
  #whole: SegmentWindows | null = null;

  /**
   * Fills `out` with consecutive samples of what a detector of the design noise would hear of a binary, without the noise, in
   * units of the noise's standard deviation per sample; 8192 samples per second. Allocates as good as nothing.
   * @param out [samples], at most a second and a quarter
   * @param options.merger the sample in which the binary merges; 0.9 s after the begin unless given
   * @throws UsageError for a binary that cannot be, for one of which nothing is above 20 Hz, and for a merger that is outside
   */
  fill(out: Float64Array | Float32Array, binary: Binary, options: Source & { readonly merger?: number } = {}): void {
    const { merger = usualMerger } = options;
    checkPlace(merger, out.length, 1.25 * sampleRate);
    const seen = seenFrom(options);
    const model = heard(binary);
    const duration = durationOf(model.masses);
    // What is above the step must have begun when the frame before this one ended.
    const afterMerger = (out.length - merger) / sampleRate;
    const step = this.#step;
    step.begin = lowestFrequency * Math.max(1, (duration / (frame - afterMerger - spread)) ** (3 / 8));
    // Very long signals, and those of light binaries, which go on above what is sampled: as a whole.
    if (step.end > lowEnd || model.highest > sampleRate / 2) {
      this.#whole ??= new SegmentWindows('whitened');
      this.#whole.fill(out, binary, options);
      return;
    }
    // The frame begins as long before the window as it ends after it.
    const lead = Math.floor((frame * sampleRate - out.length) / 2 / (sampleRate / lowRate)) / lowRate;
    const signal: Signal = { model, seen, merger: merger / sampleRate + lead };
    const spectrum = this.#spectrum;
    this.#addLow(spectrum, signal, segmentOf(model.masses), this.#cut(out.length, lead));
    const high = this.#high;
    step.isHigh = true;
    const middle = Math.min(high.last(model), Math.floor(step.end * frame));
    high.add(spectrum, signal, Math.ceil(step.begin * frame), middle, step);
    const last = Math.max(high.add(spectrum, signal, middle + 1), lowBins);
    const samples = this.#fourier.inverse(spectrum, 0, last);
    spectrum.fill(0, 0, 2 * last + 2);
    const first = lead * sampleRate;
    for (let n = 0; n < out.length; n++) out[n] = samples[first + n]!;
  }

  /** Adds to the frame's spectrum up to `lowBins`. */
  #addLow(spectrum: Float64Array, signal: Signal, seconds: number, cut: Float64Array): void {
    let segment = this.#low.get(seconds);
    if (segment === undefined) {
      const fourier = new RealFourier(seconds * lowRate);
      segment = {
        grid: new FrequencyGrid('whitened', seconds, lowEnd),
        ...{ fourier, spectrum: new Float64Array(fourier.length + 2) },
      };
      this.#low.set(seconds, segment);
    }
    const { grid, fourier } = segment;
    const step = this.#step;
    step.isHigh = false;
    const last = Math.min(grid.last(signal.model), Math.floor(step.end * seconds));
    const middle = Math.min(last, Math.floor(step.begin * seconds));
    grid.add(segment.spectrum, signal, grid.first, middle);
    grid.add(segment.spectrum, signal, middle + 1, last, step);
    const samples = fourier.inverse(segment.spectrum, grid.first, last);
    segment.spectrum.fill(0, 2 * grid.first, 2 * last + 2);
    // The segment goes on where it began: a longer one than the frame is cut, none is shorter.
    const framed = this.#framed;
    for (let n = 0; n < framed.length; n++) framed[n] = samples[n]! * cut[n]!;
    const bins = this.#forward.of(framed);
    for (let n = 0; n < bins.length; n++) spectrum[n]! += bins[n]!;
  }

  /** What cuts the frame out of a segment: 1 in the window, smooth steps to 0 before and after it. */
  #cut(length: number, lead: number): Float64Array {
    let cut = this.#cuts.get(length);
    if (cut === undefined) {
      const end = lead + length / sampleRate;
      cut = Float64Array.from({ length: frame * lowRate }, (_, n) => {
        const time = n / lowRate;
        return smoothStep(time / lead) * smoothStep((frame - time) / (frame - end));
      });
      this.#cuts.set(length, cut);
    }
    return cut;
  }
}

/** The step between the bands, and the share of one of them. */
class Step implements Taper {
  /** Hz: below it all is in the low band */
  begin = lowestFrequency;
  isHigh = false;

  /** Hz: from it on all is in the high band */
  get end(): number {
    return this.begin + width;
  }

  at(frequency: number): number {
    const share = (frequency - this.begin) / width;
    return smoothStep(this.isHigh ? share : 1 - share);
  }
}

/**
 * From 0 to 1 while x goes from 0 to 1: the normal distribution function, whose transform falls as fast as it can on both
 * sides of the Fourier transform. Both parts of a step add up to 1: Phi(-z) = 1 - Phi(z).
 */
function smoothStep(x: number): number {
  return x <= 0 ? 0 : x >= 1 ? 1 : normalCdf(deviations * (x - 0.5));
}
