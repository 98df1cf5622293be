import { UsageError } from '../errors/index.ts';
import { type NoiseKey, fillUniform, purpose } from '../random/index.ts';
import { type Binary } from './binary.ts';
import { remnant } from './remnant.ts';

type Range = readonly [least: number, most: number];

/** Which binaries there are: uniform in masses and spins, of those that are not left out. */
export interface Prior {
  /** solar masses, of the heavier one */
  readonly mass1: Range;
  /** of the other */
  readonly mass2: Range;
  /** of both */
  readonly spin: Range;
  /** m1 / m2 */
  readonly largestRatio: number;
  /** Binaries with a smaller final spin are left out: relative errors of it make no sense about 0. */
  readonly leastFinalSpin: number;
}

/** What networks for black holes of LIGO's first runs were trained on (Shen, Huerta et al. 2019, arXiv 1903.01998). */
export const usualPrior: Prior = {
  mass1: [9, 65],
  mass2: [5.2, 42],
  spin: [-0.8, 0.8],
  largestRatio: 5,
  leastFinalSpin: 0.2,
};

/** What a draw is for: the numbers of the parts have nothing in common. */
export const parts = { train: 0, validation: 1, test: 2 } as const;
export type SignalPart = keyof typeof parts;

/** With the phase of its orbit at 20 Hz, uniform in [0, pi): it stands for inclination and antenna as well. */
export interface DrawnBinary extends Required<Binary> {
  /** radians */
  readonly phase: number;
}

const mostAttempts = 10_000;

/**
 * The binary of a place in a part: a function of seed, part and place.
 * @param place below 2^24
 * @throws UsageError where none was found that the prior does not leave out
 */
export function drawBinary(seed: number, part: SignalPart, place: number, prior: Prior = usualPrior): DrawnBinary {
  const uniform = new Float32Array(5);
  const between = ([least, most]: Range, i: number) => least + (most - least) * uniform[i]!;
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    fillUniform(uniform, drawKey(seed, parts[part], attempt, place));
    const [mass1, mass2] = [between(prior.mass1, 0), between(prior.mass2, 1)];
    if (!(mass2 <= mass1 && mass1 <= prior.largestRatio * mass2)) continue;
    const binary = { mass1, mass2, spin1: between(prior.spin, 2), spin2: between(prior.spin, 3) };
    const phase = Math.PI * uniform[4]!;
    if (remnant(binary).spin >= prior.leastFinalSpin) return { ...binary, phase };
  }
  throw new UsageError('the prior leaves all binaries out', {
    got: JSON.stringify(prior),
    expected: `one within ${mostAttempts} draws`,
  });
}

/** Layers: the parts' binaries, then what is drawn at each visit to a signal of a part. */
export function drawKey(seed: number, layer: number, step: number, example: number): NoiseKey {
  return { seed, purpose: purpose.signalDraw, step, replica: 0, layer, example };
}
