/** The noise of an advanced LIGO detector as it was designed: zero detuning, high laser power (LIGO-T0900288). */
import { UsageError } from '../errors/index.ts';
import { boltzmann, lightSpeed, planck } from './units.ts';

/** Hz: below it, seismic noise is not modelled, and the density of this frequency stands for all */
const lowest = 10;

/**
 * One-sided power spectral density of the detector's noise: quantum noise of the light (Buonanno and Chen 2001, gr-qc/0102012,
 * with their numbering of the matrices) and the thermal noise of suspensions and coatings.
 * @param frequency Hz; below 10 Hz the density at 10 Hz is given
 * @returns 1/Hz
 * @throws UsageError for a frequency below 0 or that is no number
 */
export function designNoise(frequency: number): number {
  if (!(frequency >= 0 && frequency < Number.POSITIVE_INFINITY)) {
    throw new UsageError('frequency of the detector noise', { got: String(frequency), expected: '0 Hz or above' });
  }
  const f = Math.max(lowest, frequency);
  return quantum(f) + thermal(f, 9, 6e10, 5) + thermal(f, 1e4, 6e6, 1);
}

const mirrorMass = 40;
const armLength = 3995;

/** Thermal noise: a power law through `pivot` Hz of an oscillator with the quality factor `quality`. */
function thermal(f: number, pivot: number, quality: number, power: number): number {
  const temperature = 290;
  return (
    ((2 * boltzmann * temperature) / (armLength ** 2 * mirrorMass * quality * (Math.PI * pivot) ** 3)) *
    (pivot / f) ** power
  );
}

/** Watts of the laser, metres of its wavelength, and the mirrors' transmissions and losses. */
const light = { power: 125, wavelength: 1.064e-6, mirrorLoss: 37.5e-6, splitterLoss: 0.002, detectionLoss: 0.1 };
const transmission = { input: 0.014, powerRecycling: 0.027, signalRecycling: 0.2 };
const homodyneAngle = (116 * Math.PI) / 180;

// What does not depend on the frequency, by the letters of the paper.
const laser = (2 * Math.PI * lightSpeed) / light.wavelength;
const tau = Math.sqrt(transmission.signalRecycling);
const rho = Math.sqrt(1 - transmission.signalRecycling);
/** gamma: half the width of an arm's resonance, 1/s */
const halfWidth = (transmission.input * lightSpeed) / (4 * armLength);
/** epsilon: loss of a round trip in an arm over its transmission */
const loss = (2 * light.mirrorLoss) / ((2 * halfWidth * armLength) / lightSpeed);
const lossSR = light.splitterLoss;
const detected = Math.sqrt(1 - light.detectionLoss);
/** I_0 / I_SQL: power at the beam splitter over that which reaches the standard quantum limit */
const power = (() => {
  const inner = Math.sqrt(1 - transmission.input);
  const back = Math.sqrt(1 - 2 * light.mirrorLoss);
  const arm = inner - (transmission.input * back) / (1 - inner * back);
  const recycled = 1 + Math.sqrt(1 - transmission.powerRecycling) * arm * Math.sqrt(1 - lossSR);
  const atSplitter = (light.power * transmission.powerRecycling) / recycled ** 2;
  return atSplitter / ((mirrorMass * armLength ** 2 * halfWidth ** 4) / (4 * laser));
})();
const sine = Math.sin(homodyneAngle);
const cosine = Math.cos(homodyneAngle);

/**
 * Buonanno and Chen 2001, section V, without detuning: C21, D2, P21 and N22 are 0, C22 is C11, P22 is
 * P11, Q22 is Q11. Complex numbers are written as their two parts.
 */
function quantum(f: number): number {
  const omega = 2 * Math.PI * f;
  // kappa couples light and mirrors; beta is the phase that a sideband takes in the arms
  const kappa = (2 * power * halfWidth ** 4) / (omega ** 2 * (halfWidth ** 2 + omega ** 2));
  const beta = Math.atan(omega / halfWidth);
  const [c1, s1] = [Math.cos(beta), Math.sin(beta)];
  const [c2, s2] = [Math.cos(2 * beta), Math.sin(2 * beta)];
  const [c4, s4] = [Math.cos(4 * beta), Math.sin(4 * beta)];
  const square = c1 * c1;

  // (1 + exp 2i beta)^2 = 4 cos^2 beta exp 2i beta
  const c11re =
    -(1 + rho ** 2) -
    2 * rho * c2 +
    loss * (2 * rho * square * c2 + (1 + rho ** 2) * square) +
    lossSR * (rho * c2 + (1 + rho ** 2) / 2);
  const c11im = 2 * loss * rho * square * s2 + lossSR * rho * s2;
  const c12re = tau ** 2 * kappa * (-1 + (loss * (3 + c2)) / 2 + lossSR / 2);
  const c12im = (tau ** 2 * kappa * loss * s2) / 2;
  const d1re = -(1 + rho * c2) + (loss / 4) * (3 + rho + 2 * rho * c4 + c2 * (1 + 5 * rho)) + (lossSR * rho * c2) / 2;
  const d1im = -rho * s2 + (loss / 4) * (2 * rho * s4 + s2 * (1 + 5 * rho)) + (lossSR * rho * s2) / 2;
  const p11re = -Math.sqrt(lossSR) * tau * (1 + rho * c2);
  const p11im = -Math.sqrt(lossSR) * tau * rho * s2;
  const p12 = -Math.sqrt(lossSR) * tau * kappa;
  const middle = 2 * rho + 2 * rho * c2 + 1;
  const q11re =
    (1 + rho ** 2) * c2 + 2 * rho + ((loss * rho) / 2) * (-c2 - c2 * middle - 2) - lossSR * rho * (rho * c2 + 1);
  const q11im = (rho ** 2 - 1) * s2 + ((loss * rho) / 2) * (s2 - s2 * middle) - lossSR * rho ** 2 * s2;
  // 1 + rho exp 2i beta - 2 rho cos beta exp i beta = 1 - rho
  const n11 = Math.sqrt(loss / 2) * tau * kappa * (1 - rho);
  const arms = Math.sqrt(2 * loss) * tau * c1;
  // exp -i beta + rho exp i beta
  const [fromRe, fromIm] = [(1 + rho) * c1, (rho - 1) * s1];

  const ofLight =
    squared(sine * c11re, sine * c11im) +
    squared(sine * c12re + cosine * c11re, sine * c12im + cosine * c11im) +
    squared(sine * p11re, sine * p11im) +
    squared(sine * p12 + cosine * p11re, cosine * p11im) +
    squared(sine * n11 + cosine * 2 * c1 * arms * fromRe, cosine * 2 * c1 * arms * fromIm) +
    squared(sine * arms * fromRe, sine * arms * fromIm);
  const noise = detected ** 2 * ofLight + light.detectionLoss * squared(q11re, q11im);
  const standardLimit = (8 * planck) / (mirrorMass * (omega * armLength) ** 2);
  return (standardLimit * noise) / (2 * kappa * tau ** 2 * detected ** 2 * squared(sine * d1re, sine * d1im));
}

function squared(re: number, im: number): number {
  return re * re + im * im;
}
