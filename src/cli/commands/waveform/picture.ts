import {
  type Binary,
  SegmentWindows,
  type Source,
  designNoise,
  lowestFrequency,
  massesOf,
  remnant,
  sampleRate,
  usualMerger,
  waveform,
  windowLength,
} from '../../../gravitation/index.ts';
import type { SignalPicture } from '../../../report/index.ts';

/** Seconds before and after the merger that are drawn, and samples from one point to the next. */
const [before, after, stride] = [0.35, 0.05, 2];

/** What `--plot` draws of a binary. */
export function picture(binary: Binary, source: Source, segment: number): SignalPicture {
  const [strain, whitened] = [new Float64Array(windowLength), new Float64Array(windowLength)];
  new SegmentWindows('strain').fill(strain, binary, { ...source, segment });
  new SegmentWindows('whitened').fill(whitened, binary, { ...source, segment });
  const { mass1, mass2, spin1, spin2 } = massesOf(binary);
  const first = usualMerger - Math.round(before * sampleRate);
  const count = Math.floor(((before + after) * sampleRate) / stride);
  const points = Array.from({ length: count }, (_, i) => first + i * stride);

  const frequencies = Array.from({ length: 240 }, (_, i) => 10 * 400 ** (i / 239));
  const { amplitude } = waveform(binary, { ...source, frequencies });
  const spin = remnant(binary).spin;
  return {
    title: `${mass1} + ${mass2} solar masses, spins ${spin1} and ${spin2}: a black hole of spin ${spin.toFixed(3)}`,
    samples: points.map((n) => ({
      time: (n - usualMerger) / sampleRate,
      strain: 1e21 * strain[n]!,
      whitened: whitened[n]!,
    })),
    spectrum: frequencies.map((frequency, i) => ({
      frequency,
      noise: Math.sqrt(designNoise(frequency)),
      // the area between the two, on logarithmic axes, is what a filter hears (Moore, Cole and Berry 2015, equation 18)
      signal: frequency < lowestFrequency ? 0 : 2 * Math.sqrt(frequency) * amplitude[i]!,
    })),
  };
}
