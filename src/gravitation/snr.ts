import { designNoise } from './detector.ts';
import { type Binary, massesOf } from './binary.ts';
import { lowestFrequency } from './frequency-grid.ts';
import { PhenomD } from './phenomd/phenomd.ts';
import { type Source, seenFrom } from './waveform.ts';

/** Hz */
const [spacing, highest] = [1 / 64, 4096];

/**
 * The signal-to-noise ratio of a filter that knows the signal: rho^2 = 4 times the integral of |h|^2 / S from 20 Hz on, as a
 * sum in steps of 1/64 Hz, for an optimally oriented detector of the design noise.
 * @throws UsageError for a binary that cannot be (`Binary`)
 */
export function optimalSnr(binary: Binary, source: Source = {}): number {
  const model = new PhenomD(massesOf(binary));
  const { plus, distance } = seenFrom(source);
  const last = Math.floor(Math.min(highest, model.highest) / spacing);
  let sum = 0;
  for (let k = lowestFrequency / spacing; k <= last; k++) {
    const f = k * spacing;
    sum += model.amplitudeAt(f) ** 2 / designNoise(f);
  }
  return (Math.sqrt(4 * spacing * sum) * plus) / distance;
}
