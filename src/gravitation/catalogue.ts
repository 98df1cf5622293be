import { hideInNoise } from './noise.ts';
import { WhitenedWindows } from './two-bands.ts';
import { fillUniform } from '../random/index.ts';
import { drawKey } from './prior.ts';
import { mergers, signalLength } from './signals.ts';
import { windowLength } from './windows.ts';

/** A merger that was observed: medians of what was published. */
export interface ObservedEvent {
  readonly name: string;
  /** solar masses in the detector's frame */
  readonly mass1: number;
  readonly mass2: number;
  /** effective spin along the orbital angular momentum, which both black holes are given */
  readonly effectiveSpin: number;
  /** median and 90 % interval */
  readonly finalSpin: readonly [median: number, low: number, high: number];
  /** signal-to-noise ratio in all detectors, of the search that found it loudest */
  readonly networkSnr: number;
}

type Row = readonly [string, number, number, number, readonly [number, number, number], number];

/**
 * The ten mergers of black holes in GWTC-1 (Abbott et al. 2019, Phys. Rev. X 9, 031040, tables I and III), masses times
 * (1 + z).
 */
const rows: readonly Row[] = [
  ['GW150914', 38.804, 33.354, -0.01, [0.69, 0.65, 0.74], 25.2],
  ['GW151012', 28.072, 16.456, 0.05, [0.67, 0.56, 0.8], 10],
  ['GW151226', 14.933, 8.393, 0.18, [0.74, 0.69, 0.81], 13.1],
  ['GW170104', 36.96, 24, -0.04, [0.66, 0.55, 0.74], 13],
  ['GW170608', 11.77, 8.132, 0.03, [0.69, 0.65, 0.73], 15.4],
  ['GW170729', 74.798, 50.66, 0.37, [0.81, 0.68, 0.88], 10.8],
  ['GW170809', 42, 28.56, 0.08, [0.7, 0.61, 0.78], 12.4],
  ['GW170814', 34.272, 28.224, 0.07, [0.72, 0.67, 0.79], 17.2],
  ['GW170818', 42.834, 32.307, -0.09, [0.67, 0.59, 0.74], 11.3],
  ['GW170823', 53.325, 39.15, 0.09, [0.72, 0.6, 0.81], 11.5],
];

export const observedEvents: readonly ObservedEvent[] = rows.map(
  ([name, mass1, mass2, effectiveSpin, finalSpin, networkSnr]) => ({
    ...{ name, mass1, mass2, effectiveSpin, finalSpin, networkSnr },
  }),
);

/** Layer of the keys, behind those of the parts of the signals. */
const layer = 3;

/**
 * Events as one detector of two would have heard them, put into noise again and again: a simulation, not the strain that was
 * observed. Each time phase, place in the window and noise are others.
 * @param times of each event
 * @returns windows [events times, 8192], those of an event side by side; peakSnr [events], largest sample over the noise's
 *   standard deviation
 */
export function injections(
  events: readonly ObservedEvent[],
  times: number,
  seed: number,
): { readonly windows: Float32Array; readonly peakSnr: readonly number[] } {
  const windows = new Float32Array(events.length * times * windowLength);
  const made = new WhitenedWindows();
  const [row, drawn] = [new Float32Array(signalLength), new Float32Array(2)];
  const peakSnr = events.map((event, e) => {
    const { mass1, mass2, effectiveSpin, networkSnr } = event;
    let sum = 0;
    for (let i = 0; i < times; i++) {
      const place = e * times + i;
      fillUniform(drawn, drawKey(seed, layer, 0, place));
      const binary = { mass1, mass2, spin1: effectiveSpin, spin2: effectiveSpin };
      made.fill(row, binary, { merger: mergers[1], phase: Math.PI * drawn[0]! });
      const moved = Math.floor(drawn[1]! * (mergers[1] - mergers[0] + 1));
      const clean = row.subarray(moved, moved + windowLength);
      const largest = clean.reduce((a, b) => Math.max(a, b), 0);
      // in units of the noise, the sum of the squares is that of the signal-to-noise ratio
      const norm = Math.sqrt(clean.reduce((squares, x) => squares + x * x, 0));
      const peak = ((networkSnr / Math.SQRT2) * largest) / norm;
      const out = windows.subarray(place * windowLength, (place + 1) * windowLength);
      hideInNoise(out, clean, peak, { seed, step: 0, replica: 0, layer, example: place });
      sum += peak;
    }
    return sum / times;
  });
  return { windows, peakSnr };
}
