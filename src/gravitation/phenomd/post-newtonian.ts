import type { Masses } from '../binary.ts';
import { eulerGamma } from '../units.ts';
import type { Coefficient } from './coefficients.ts';

/** The phase of the inspiral, in powers of the cube root of F = M f. */
export interface InspiralSeries {
  /** [12]: of F^((k - 5) / 3), k = 0 to 11 */
  readonly powers: Float64Array;
  /** of ln F */
  readonly log5: number;
  /** of F^(1/3) ln F */
  readonly log6: number;
  /** its derivative by F */
  slope(frequency: number): number;
}

/**
 * TaylorF2 to 3.5 post-Newtonian order, and IMRPhenomD's four pseudo orders above: Khan et al. 2016, equations 27 and 28,
 * appendix B. Of the spins' products it has those to second order, as when IMRPhenomD was calibrated, and no later ones.
 */
export function inspiralSeries(masses: Masses, fit: Readonly<Record<Coefficient, number>>): InspiralSeries {
  const { eta } = masses;
  const scale = 3 / (128 * eta);
  const { terms, log5, log6 } = taylorF2(masses);
  const powers = Float64Array.of(
    ...terms.map((term, k) => scale * term * Math.PI ** ((k - 5) / 3)),
    fit.sigma1 / eta,
    ((3 / 4) * fit.sigma2) / eta,
    ((3 / 5) * fit.sigma3) / eta,
    ((1 / 2) * fit.sigma4) / eta,
  );
  // ln v = (ln pi + ln F) / 3, v = (pi F)^(1/3)
  const logs = [(scale * log5) / 3, (scale * log6 * Math.cbrt(Math.PI)) / 3] as const;
  powers[5]! += logs[0] * Math.log(Math.PI) - Math.PI / 4;
  powers[6]! += logs[1] * Math.log(Math.PI);
  return {
    powers,
    log5: logs[0],
    log6: logs[1],
    slope(frequency) {
      const root = Math.cbrt(frequency);
      const ofPowers = powers.reduce((sum, c, k) => sum + ((c * (k - 5)) / 3) * root ** (k - 8), 0);
      return ofPowers + (logs[0] + logs[1] * root * (1 + Math.log(frequency) / 3)) / frequency;
    },
  };
}

/** Coefficients of v^(k - 5), k = 0 to 7, and those of the two that come with ln v. */
function taylorF2({ eta, delta, symmetricSpin: s, antisymmetricSpin: a }: Masses) {
  const pi = Math.PI;
  const [eta2, eta3] = [eta * eta, eta ** 3];
  const fifth =
    (38_645 * pi) / 756 -
    (65 * pi * eta) / 9 +
    delta * (-732_985 / 2268 - (140 * eta) / 9) * a +
    (-732_985 / 2268 + (24_260 * eta) / 81 + (340 * eta2) / 9) * s;
  const terms = [
    1,
    0,
    3715 / 756 + (55 * eta) / 9,
    -16 * pi + (113 / 3) * delta * a + (113 / 3 - (76 * eta) / 3) * s,
    15_293_365 / 508_032 +
      (27_145 * eta) / 504 +
      (3085 * eta2) / 72 +
      (-405 / 8 + 200 * eta) * a ** 2 -
      (405 / 4) * delta * a * s +
      (-405 / 8 + (5 * eta) / 2) * s ** 2,
    fifth,
    11_583_231_236_531 / 4_694_215_680 -
      (6848 * eulerGamma) / 21 -
      (640 * pi ** 2) / 3 +
      (-15_737_765_635 / 3_048_192 + (2255 * pi ** 2) / 12) * eta +
      (76_055 * eta2) / 1728 -
      (127_825 * eta3) / 1296 -
      (6848 / 21) * Math.log(4) +
      ((2270 * pi) / 3) * delta * a +
      ((2270 * pi) / 3 - 520 * pi * eta) * s,
    (77_096_675 * pi) / 254_016 +
      (378_515 * pi * eta) / 1512 -
      (74_045 * pi * eta2) / 756 +
      delta * (-25_150_083_775 / 3_048_192 + (26_804_935 * eta) / 6048 - (1985 * eta2) / 48) * a +
      (-25_150_083_775 / 3_048_192 +
        (10_566_655_595 * eta) / 762_048 -
        (1_042_165 * eta2) / 3024 +
        (5345 * eta3) / 36) *
        s,
  ];
  return { terms, log5: 3 * fifth, log6: -6848 / 21 };
}
