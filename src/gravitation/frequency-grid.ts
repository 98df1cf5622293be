import { designNoise } from './detector.ts';
import type { PhenomD } from './phenomd/phenomd.ts';
import { type Seen, referencePhase } from './waveform.ts';

/** samples per second of what a detector's strain is whitened to */
export const sampleRate = 8192;

/** Hz: below it a detector hears next to nothing, and the signal is cut off */
export const lowestFrequency = 20;

/**
 * Samples of what: of the strain itself, or of h sqrt(2 rate / S), which white noise of variance 1 per sample is heard with.
 */
export type Kind = 'strain' | 'whitened';

/**
 * The bins of a segment's spectrum, from 20 Hz to half the sampling rate, with all that does not depend on the binary:
 * powers and logarithms of the frequencies, and what whitens them.
 */
export class FrequencyGrid {
  /** seconds; bins are 1 / seconds Hz apart */
  readonly seconds: number;
  /** samples of the segment */
  readonly length: number;
  readonly first: number;
  /** f^(1/3), of bin first + i */
  readonly #roots: Float64Array;
  /** ln f */
  readonly #logarithms: Float64Array;
  /** f^(-7/6), what the leading amplitude is, times that which makes samples of a spectrum */
  readonly #weights: Readonly<Record<Kind, Float64Array>>;

  /** @param seconds a power of two */
  constructor(seconds: number) {
    this.seconds = seconds;
    this.length = seconds * sampleRate;
    this.first = Math.ceil(lowestFrequency * seconds);
    const count = this.length / 2 - this.first + 1;
    const frequencies = Float64Array.from({ length: count }, (_, i) => (this.first + i) / seconds);
    this.#roots = frequencies.map(Math.cbrt);
    this.#logarithms = frequencies.map(Math.log);
    this.#weights = {
      whitened: frequencies.map((f) => f ** (-7 / 6) * Math.sqrt((2 * sampleRate) / designNoise(f))),
      strain: frequencies.map((f) => f ** (-7 / 6) * sampleRate),
    };
  }

  /** The last bin in which a binary has a signal, below half the sampling rate; below `first` where it has none. */
  last(model: PhenomD): number {
    return Math.min(this.length / 2 - 1, Math.floor(model.highest * this.seconds));
  }

  /**
   * Fills the bins first .. last(model) of `spectrum` [length / 2 + 1, 2] with the plus polarisation: its samples are the
   * inverse transform.
   * @param merger the sample in which the binary merges
   */
  fill(spectrum: Float64Array, kind: Kind, model: PhenomD, seen: Seen, merger: number): void {
    const weights = this.#weights[kind];
    const { amplitude, phase } = model;
    const { seconds: mass } = model.masses;
    const root = Math.cbrt(mass);
    const logarithm = Math.log(mass);
    const scale = (model.scale * mass ** (-7 / 6) * seen.plus) / seen.distance;
    const start = referencePhase(model, seen);
    const step = mass / this.seconds;
    const turn = (2 * Math.PI * merger) / this.length - model.shift * step;
    const last = this.last(model);
    for (let k = this.first; k <= last; k++) {
      const i = k - this.first;
      const f = k * step;
      const r = root * this.#roots[i]!;
      const size = scale * weights[i]! * amplitude.at(f, r);
      const angle = phase.at(f, r, logarithm + this.#logarithms[i]!) + turn * k - start;
      spectrum[2 * k] = size * Math.cos(angle);
      spectrum[2 * k + 1] = -size * Math.sin(angle);
    }
  }
}
