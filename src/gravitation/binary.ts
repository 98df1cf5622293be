import { UsageError } from '../errors/index.ts';
import { solarMassSeconds } from './units.ts';

/** Two black holes whose spins are along the orbital angular momentum, or against it. */
export interface Binary {
  /** of one, in the detector's frame (1 + z times the mass at the source), solar masses */
  readonly mass1: number;
  /** of the other */
  readonly mass2: number;
  /** dimensionless spin of the one, from -1 to 1; 0 unless given */
  readonly spin1?: number;
  /** of the other */
  readonly spin2?: number;
}

/** A binary that was checked, the heavier one first, and what its formulas are written in (Khan et al. 2016, section II). */
export interface Masses {
  readonly mass1: number;
  readonly mass2: number;
  readonly spin1: number;
  readonly spin2: number;
  /** M = m1 + m2, solar masses */
  readonly total: number;
  /** of the total mass: what makes a frequency dimensionless, M f */
  readonly seconds: number;
  /** symmetric mass ratio m1 m2 / M^2, at most 1/4 */
  readonly eta: number;
  /** (m1 - m2) / M = sqrt(1 - 4 eta) */
  readonly delta: number;
  /** chi_s = (chi1 + chi2) / 2 */
  readonly symmetricSpin: number;
  /** chi_a = (chi1 - chi2) / 2 */
  readonly antisymmetricSpin: number;
}

/** IMRPhenomD is calibrated to m1 / m2 = 18 (Khan et al. 2016); the hundredth is for masses that were rounded. */
const largestRatio = 18 * 1.01;

/** solar masses: signals of lighter binaries are minutes long, those of heavier ones end below the detector's band */
const [least, most] = [2, 1500];

/**
 * @throws UsageError where a mass is not positive or a spin beyond 1, where nothing is known of such binaries (mass ratio
 * above 18), or of their signals in this band (total mass below 2 or above 1500 solar masses)
 */
export function massesOf({ mass1, mass2, spin1 = 0, spin2 = 0 }: Binary): Masses {
  for (const [name, mass] of Object.entries({ mass1, mass2 })) {
    if (!(mass > 0 && mass < Number.POSITIVE_INFINITY))
      refuse(`${name} of a binary`, mass, 'a mass above 0, in solar masses');
  }
  for (const [name, spin] of Object.entries({ spin1, spin2 })) {
    if (!(Math.abs(spin) <= 1)) refuse(`${name} of a binary`, spin, 'a dimensionless spin from -1 to 1');
  }
  const total = mass1 + mass2;
  if (total < least || total > most) refuse('total mass of a binary', total, `${least} to ${most} solar masses`);
  const ratio = Math.max(mass1, mass2) / Math.min(mass1, mass2);
  if (ratio > largestRatio) {
    refuse('mass ratio of a binary', Number(ratio.toPrecision(6)), 'at most 18, to which IMRPhenomD is calibrated');
  }
  return mass1 >= mass2 ? ordered(mass1, mass2, spin1, spin2) : ordered(mass2, mass1, spin2, spin1);
}

function ordered(mass1: number, mass2: number, spin1: number, spin2: number): Masses {
  const total = mass1 + mass2;
  const eta = Math.min(0.25, (mass1 * mass2) / (total * total));
  return {
    ...{ mass1, mass2, spin1, spin2, total, eta },
    seconds: total * solarMassSeconds,
    delta: Math.sqrt(1 - 4 * eta),
    symmetricSpin: (spin1 + spin2) / 2,
    antisymmetricSpin: (spin1 - spin2) / 2,
  };
}

function refuse(what: string, got: number, expected: string): never {
  throw new UsageError(what, { got: String(got), expected });
}
