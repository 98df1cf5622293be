/** What is left of a binary: fits to numerical relativity of Husa et al. 2016 (arXiv 1508.07250), as IMRPhenomD has them. */
import { type Binary, type Masses, massesOf } from './binary.ts';

export interface Remnant {
  /** dimensionless spin; below 0 where the hole spins against the orbit that made it */
  readonly spin: number;
  /** in the detector's frame, solar masses */
  readonly mass: number;
  /** share of the total mass that was radiated */
  readonly radiated: number;
}

/**
 * Spin and mass of the black hole that a binary becomes.
 * @throws UsageError for a binary that cannot be (`Binary`)
 */
export function remnant(binary: Binary): Remnant {
  return remnantOf(massesOf(binary));
}

export function remnantOf(masses: Masses): Remnant {
  const { eta, delta, spin1, spin2, total } = masses;
  // (S1 + S2) / M^2
  const spin = ((1 + delta) ** 2 * spin1 + (1 - delta) ** 2 * spin2) / 4;
  const radiated = radiatedShare(eta, spin / (((1 + delta) ** 2 + (1 - delta) ** 2) / 4));
  return { spin: finalSpin(eta, spin), mass: total * (1 - radiated), radiated };
}

/** Husa et al. 2016, equation 3.6. */
function finalSpin(eta: number, s: number): number {
  return (
    eta * (3.4641016151377544 + eta * (-4.399247300629289 + eta * (9.397292189321194 + eta * -13.180949901606242))) +
    s *
      (1 +
        eta *
          (-0.0850917821418767 -
            5.837029316602263 * eta +
            s *
              (0.1014665242971878 -
                2.0967746996832157 * eta +
                s *
                  (-1.3546806617824356 +
                    4.108962025369336 * eta +
                    s * (-0.8676969352555539 + 2.064046835273906 * eta)))))
  );
}

/** Husa et al. 2016, equations 3.7 and 3.8. */
function radiatedShare(eta: number, s: number): number {
  const nonspinning =
    eta * (0.055974469826360077 + eta * (0.5809510763115132 + eta * (-0.9606726679372312 + eta * 3.352411249771192)));
  const above = 1 + s * (-0.0030302335878845507 + eta * (-2.0066110851351073 + eta * 7.7050567802399215));
  const below = 1 + s * (-0.6714403054720589 + eta * (-1.4756929437702908 + eta * 7.304676214885011));
  return (nonspinning * above) / below;
}
