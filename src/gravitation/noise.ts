/** Noise of a detector, drawn by keyed Philox (src/random/keys.ts): a function of its key, never stored. */
import { ShapeError, UsageError } from '../errors/index.ts';
import { type NoiseKey, fillNormal, purpose } from '../random/index.ts';
import { designNoise } from './detector.ts';
import { RealFourier, RealSpectrum } from './fourier.ts';
import { lowestFrequency, sampleRate } from './frequency-grid.ts';

/** What of the key is not the noise's purpose. */
export type DetectorNoiseKey = Omit<NoiseKey, 'purpose'>;

/** Whitened noise: independent standard normals. */
export function whiteNoise(out: Float32Array, key: DetectorNoiseKey): void {
  fillNormal(out, { ...key, purpose: purpose.detectorNoise });
}

/**
 * A whitened signal as a network sees it: scaled so that its largest sample is `peakSnr` standard deviations of the noise,
 * in white noise, and all of it divided by its standard deviation.
 * @param out [samples]
 * @param clean [samples], without noise, in any unit
 * @param peakSnr largest sample over the noise's standard deviation; for this noise the optimal signal-to-noise ratio is
 *   some 13 times as large
 * @throws UsageError where `peakSnr` is not 0 or above, ShapeError where the lengths differ
 */
export function hideInNoise(
  out: Float32Array,
  clean: Float32Array | Float64Array,
  peakSnr: number,
  key: DetectorNoiseKey,
): void {
  if (!(peakSnr >= 0 && peakSnr < Number.POSITIVE_INFINITY)) {
    throw new UsageError('peak signal-to-noise ratio', { got: String(peakSnr), expected: '0 or above' });
  }
  if (out.length !== clean.length || out.length === 0) {
    throw new ShapeError('a signal does not fit its window', {
      got: `${clean.length} samples`,
      expected: `the ${out.length} of the window, at least 1`,
    });
  }
  let largest = 0;
  for (let n = 0; n < clean.length; n++) largest = Math.max(largest, clean[n]!);
  const scale = largest > 0 ? peakSnr / largest : 0;
  whiteNoise(out, key);
  let [sum, squares] = [0, 0];
  for (let n = 0; n < out.length; n++) {
    const x = out[n]! + scale * clean[n]!;
    out[n] = x;
    sum += x;
    squares += x * x;
  }
  const mean = sum / out.length;
  const deviation = Math.sqrt(squares / out.length - mean * mean);
  for (let n = 0; n < out.length; n++) out[n]! /= deviation;
}

/**
 * Strain of a detector of the design noise without a signal, and with the noise's colour: N_k = sqrt(N rate S_k) / 2 (a + ib)
 * with normal a and b, of which the inverse transform is taken.
 * @param seconds a power of two, at least 16: it comes round after them
 * @returns [8192 seconds]
 * @throws UsageError
 */
export function colouredNoise(seconds: number, key: DetectorNoiseKey): Float64Array {
  if (!(seconds >= 16 && seconds <= 4096 && Number.isInteger(Math.log2(seconds)))) {
    throw new UsageError('coloured noise', { got: `${seconds} seconds`, expected: 'a power of two from 16 to 4096' });
  }
  const length = seconds * sampleRate;
  const normals = new Float32Array(length);
  whiteNoise(normals, key);
  const spectrum = new Float64Array(length + 2);
  // the mean and half the sampling rate stay 0
  for (let k = 1; k < length / 2; k++) {
    const size = Math.sqrt(length * sampleRate * designNoise(k / seconds)) / 2;
    spectrum[2 * k] = size * normals[2 * k]!;
    spectrum[2 * k + 1] = size * normals[2 * k + 1]!;
  }
  return new RealFourier(length).inverse(spectrum).slice();
}

/** Seconds of the stretches whose periodograms are averaged. */
const stretch = 4;

/**
 * A detector's noise as it is measured: Welch's mean of periodograms, four seconds under a Hann window, half of each in the
 * next (Welch 1967).
 * @param strain [samples], 8192 per second, four seconds at least
 * @returns [16385] one-sided power spectral density at k / 4 Hz, 1/Hz
 * @throws ShapeError where the strain is too short
 */
export function estimateNoise(strain: Float64Array): Float64Array {
  const length = stretch * sampleRate;
  const density = new Float64Array(length / 2 + 1);
  const count = Math.floor((strain.length - length) / (length / 2)) + 1;
  if (count < 1) {
    throw new ShapeError('strain to estimate its noise from', {
      got: `${strain.length} samples`,
      expected: `at least ${length}`,
    });
  }
  const hann = Float64Array.from({ length }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / length));
  const transform = new RealSpectrum(length);
  const part = new Float64Array(length);
  // of Hann's window the mean square is 3/8
  const scale = 2 / (sampleRate * length * (3 / 8) * count);
  for (let i = 0; i < count; i++) {
    for (let n = 0; n < length; n++) part[n] = hann[n]! * strain[i * (length / 2) + n]!;
    const bins = transform.of(part);
    for (let k = 0; k < density.length; k++) density[k]! += scale * (bins[2 * k]! ** 2 + bins[2 * k + 1]! ** 2);
  }
  return density;
}

/**
 * Strain divided by the noise that was estimated of it, in units of a sample's standard deviation; nothing below 20 Hz.
 * @param strain [samples], a power of two of them
 * @param density as `estimateNoise` gives it; between its frequencies it is taken to be linear
 * @returns [samples]
 * @throws ShapeError where the number of samples is no power of two
 */
export function whiten(strain: Float64Array, density: Float64Array): Float64Array {
  const { length } = strain;
  const spectrum = new RealSpectrum(length).of(strain).slice();
  const perBin = (stretch * sampleRate) / length;
  for (let k = 0; k <= length / 2; k++) {
    const isHeard = (k * sampleRate) / length >= lowestFrequency;
    const place = Math.min(k * perBin, density.length - 1);
    const below = Math.floor(place);
    const here = density[below]! + (place - below) * ((density[below + 1] ?? density[below]!) - density[below]!);
    const factor = isHeard ? Math.sqrt(2 / (sampleRate * here)) : 0;
    spectrum[2 * k]! *= factor;
    spectrum[2 * k + 1]! *= factor;
  }
  return new RealFourier(length).inverse(spectrum).slice();
}
