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
 * The bins of a spectrum from 20 Hz on, with all that does not depend on the binary: powers and logarithms of the
 * frequencies, and what makes samples of the leading amplitude.
 */
export class FrequencyGrid {
  /** of the segment; bins are 1 / seconds Hz apart */
  readonly seconds: number;
  /** bin of 20 Hz */
  readonly first: number;
  readonly #end: number;
  /** f^(1/3), of bin first + i */
  readonly #roots: Float64Array;
  /** ln f */
  readonly #logarithms: Float64Array;
  /** f^(-7/6), what the leading amplitude is, times that which makes samples of a spectrum */
  readonly #weights: Float64Array;

  /**
   * @param seconds a power of two
   * @param end Hz: bins below it
   */
  constructor(kind: Kind, seconds: number, end = sampleRate / 2) {
    this.seconds = seconds;
    this.first = Math.ceil(lowestFrequency * seconds);
    this.#end = end * seconds;
    const frequencies = Float64Array.from({ length: this.#end - this.first }, (_, i) => (this.first + i) / seconds);
    this.#roots = frequencies.map(Math.cbrt);
    this.#logarithms = frequencies.map(Math.log);
    const whitening = (f: number) => Math.sqrt((2 * sampleRate) / designNoise(f));
    this.#weights = frequencies.map((f) => f ** (-7 / 6) * (kind === 'whitened' ? whitening(f) : sampleRate));
  }

  /** The last bin in which a binary has a signal; below `first` where it has none. */
  last(model: PhenomD): number {
    return Math.min(this.#end - 1, Math.floor(model.highest * this.seconds));
  }

  /**
   * Adds the plus polarisation to the bins from .. last(model) of `spectrum` [bins, 2]: its samples are the inverse
   * transform, at 8192 per second.
   * @param merger seconds from the segment's begin
   * @param share of each bin, a function of its frequency
   * @returns last(model)
   */
  add(
    spectrum: Float64Array,
    { model, seen, merger }: Signal,
    from = this.first,
    to = this.last(model),
    taper: Taper | null = null,
  ): number {
    const { amplitude, phase } = model;
    const { seconds: mass } = model.masses;
    const root = Math.cbrt(mass);
    const logarithm = Math.log(mass);
    const scale = (model.scale * mass ** (-7 / 6) * seen.plus) / seen.distance;
    const start = referencePhase(model, seen);
    const step = mass / this.seconds;
    const turn = (2 * Math.PI * merger) / this.seconds - model.shift * step;
    for (let k = from; k <= to; k++) {
      const i = k - this.first;
      const f = k * step;
      const r = root * this.#roots[i]!;
      let size = scale * this.#weights[i]! * amplitude.at(f, r);
      if (taper !== null) size *= taper.at(k / this.seconds);
      const angle = phase.at(f, r, logarithm + this.#logarithms[i]!) + turn * k - start;
      spectrum[2 * k]! += size * Math.cos(angle);
      spectrum[2 * k + 1]! -= size * Math.sin(angle);
    }
    return to;
  }
}

/** A binary, from where it is seen, and when. */
export interface Signal {
  readonly model: PhenomD;
  readonly seen: Seen;
  readonly merger: number;
}

/** A share of a spectrum: 0 on one side and 1 on the other of a smooth step. */
export interface Taper {
  at(frequency: number): number;
}
