/** The tone in which a black hole settles: its quasinormal mode l = m = 2, n = 0. */
import { UsageError } from '../errors/index.ts';
import { solarMassSeconds } from './units.ts';

/** exp(-i omega t), omega = omegaReal - i omegaImaginary, in units of one over the hole's mass (c^3 / G M). */
export interface Mode {
  readonly omegaReal: number;
  /** above 0: the mode decays */
  readonly omegaImaginary: number;
}

/** Of the fit below. */
const largestSpin = 0.99;

/**
 * The Kerr mode, a Chebyshev series through solutions of Leaver's continued fraction (Leaver 1985): 9e-9 of omegaReal and
 * 8e-8 of omegaImaginary at most.
 * @param spin dimensionless, from -0.99 to 0.99; below 0 the mode m = -2 of |spin|, which goes on from m = 2 through 0
 * @throws UsageError for a spin beyond
 */
export function ringdown(spin: number): Mode {
  if (!(Math.abs(spin) <= largestSpin)) {
    throw new UsageError('spin of a black hole that rings down', { got: String(spin), expected: 'from -0.99 to 0.99' });
  }
  const k = Math.sqrt(Math.log(2 - spin) / Math.log(3));
  const x = (2 * (k - leastK)) / (mostK - leastK) - 1;
  return { omegaReal: chebyshev(realSeries, x), omegaImaginary: chebyshev(imaginarySeries, x) };
}

export interface FittedMode extends Mode {
  /** Q = omegaReal / 2 omegaImaginary */
  readonly quality: number;
}

/**
 * The same by the fit of Berti, Cardoso and Will 2006 (gr-qc/0512160, tables VIII and IX), good to 1.4 % and 2.3 % for
 * spins from 0 to 0.98.
 * @throws UsageError for a spin beyond 1
 */
export function bertiCardosoWill(spin: number): FittedMode {
  if (!(Math.abs(spin) < 1)) {
    throw new UsageError('spin of a black hole that rings down', { got: String(spin), expected: 'between -1 and 1' });
  }
  const omegaReal = 1.5251 - 1.1568 * (1 - spin) ** 0.1292;
  const quality = 0.7 + 1.4187 * (1 - spin) ** -0.499;
  return { omegaReal, omegaImaginary: omegaReal / (2 * quality), quality };
}

/**
 * A mode in a detector.
 * @param mass of the hole, in the detector's frame, solar masses
 * @returns frequency in Hz and time of decay to 1/e in seconds
 */
export function toneOf({ omegaReal, omegaImaginary }: Mode, mass: number): { frequency: number; decay: number } {
  const seconds = mass * solarMassSeconds;
  return { frequency: omegaReal / (2 * Math.PI * seconds), decay: seconds / omegaImaginary };
}

const [leastK, mostK] = [0.09516922538546209, 0.9984792441980427];

const realSeries = [
  0.5382568349419712, -0.28162485992117153, 0.041778273270328695, -0.007504321924927686, 0.0014068451430986253,
  -0.00024896109849732354, 5.7954131354193155e-5, -1.5258263703625673e-5, 1.2423878206727084e-7, 3.222825581586271e-7,
  -3.9052678662996406e-7, 8.559122053632942e-8, 1.9898365647767518e-8, 1.3377299358562845e-8, 1.5018598244878685e-8,
  2.0117398700499348e-9, 3.3535890141797806e-9,
];

const imaginarySeries = [
  0.0718051833454691, 0.02646317604421696, -0.012369228991169897, 0.002795644358957182, -0.000690896780110168,
  6.413226204966326e-5, -2.1105319811445815e-5, 7.262537235056722e-6, -2.9867914600464427e-6, 7.781886315520498e-7,
  2.905666371531251e-7, -4.524156386450003e-8, 8.995862383229786e-8, -1.3250209291696338e-8, 8.363391662694805e-9,
  -4.947599009782618e-9, -2.3019309977466715e-9,
];

/** sum of series[n] T_n(x), by Clenshaw's recurrence */
function chebyshev(series: readonly number[], x: number): number {
  let [next, afterNext] = [0, 0];
  for (let n = series.length - 1; n > 0; n--) [next, afterNext] = [series[n]! + 2 * x * next - afterNext, next];
  return series[0]! + x * next - afterNext;
}
