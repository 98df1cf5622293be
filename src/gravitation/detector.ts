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

type Complex = readonly [real: number, imaginary: number];
const plus = (...terms: readonly Complex[]): Complex => [
  terms.reduce((sum, [re]) => sum + re, 0),
  terms.reduce((sum, [, im]) => sum + im, 0),
];
const times = (by: number, [re, im]: Complex): Complex => [by * re, by * im];
const real = (value: number): Complex => [value, 0];
const unit = (angle: number): Complex => [Math.cos(angle), Math.sin(angle)];
const squared = ([re, im]: Complex): number => re * re + im * im;

/** Buonanno and Chen 2001, section V, without detuning: C21, D2, P21 and N22 are 0. */
function quantum(f: number): number {
  const omega = 2 * Math.PI * f;
  const { mirrorLoss, splitterLoss: lossSR, detectionLoss } = light;
  const laser = (2 * Math.PI * lightSpeed) / light.wavelength;
  const tau = Math.sqrt(transmission.signalRecycling);
  const rho = Math.sqrt(1 - transmission.signalRecycling);
  const halfWidth = (transmission.input * lightSpeed) / (4 * armLength);
  const loss = (2 * mirrorLoss) / ((2 * halfWidth * armLength) / lightSpeed);
  const inner = Math.sqrt(1 - transmission.input);
  const back = Math.sqrt(1 - 2 * mirrorLoss);
  const arm = inner - (transmission.input * back) / (1 - inner * back);
  const recycling = Math.sqrt(1 - transmission.powerRecycling) * arm * Math.sqrt(1 - lossSR);
  const circulating = (light.power * transmission.powerRecycling) / (1 + recycling) ** 2;
  const atLimit = (mirrorMass * armLength ** 2 * halfWidth ** 4) / (4 * laser);
  // kappa, coupling of light and mirrors, and beta, phase of a sideband in the arms
  const kappa = ((2 * circulating) / atLimit) * (halfWidth ** 4 / (omega ** 2 * (halfWidth ** 2 + omega ** 2)));
  const beta = Math.atan(omega / halfWidth);
  const e = unit(2 * beta);
  const cosine = Math.cos(beta);
  const u = Math.sqrt(1 - detectionLoss);
  const standardLimit = (8 * planck) / (mirrorMass * (omega * armLength) ** 2);

  const onePlusE = plus(real(1), e);
  const eSquared: Complex = [e[0] ** 2 - e[1] ** 2, 2 * e[0] * e[1]];
  const onePlusESquared: Complex = [onePlusE[0] ** 2 - onePlusE[1] ** 2, 2 * onePlusE[0] * onePlusE[1]];
  const c11 = times(
    u,
    plus(
      real(-(1 + rho ** 2) - 2 * rho * Math.cos(2 * beta)),
      times((loss * rho) / 2, onePlusESquared),
      real(loss * (1 + rho ** 2) * cosine ** 2),
      times(lossSR * rho, e),
      real((lossSR * (1 + rho ** 2)) / 2),
    ),
  );
  const c12 = times(u * tau ** 2 * kappa, plus(real(-1 + lossSR / 2), times(loss / 2, plus(real(3), e))));
  const d1 = times(
    u,
    plus(
      times(-1, plus(real(1), times(rho, e))),
      times(loss / 4, plus(real(3 + rho), times(2 * rho, eSquared), times(1 + 5 * rho, e))),
      times((lossSR * rho) / 2, e),
    ),
  );
  const p11 = times(-u * Math.sqrt(lossSR) * tau, plus(real(1), times(rho, e)));
  const p12 = -u * Math.sqrt(lossSR) * tau * kappa;
  const conjugate = unit(-2 * beta);
  const q11 = times(
    Math.sqrt(detectionLoss),
    plus(
      conjugate,
      times(rho ** 2, e),
      real(2 * rho),
      times(
        (loss * rho) / 2,
        plus(times(-1, conjugate), times(-(2 * rho + 2 * rho * Math.cos(2 * beta) + 1), e), real(-2)),
      ),
      times(-lossSR * rho, plus(times(rho, e), real(1))),
    ),
  );
  const n11 = times(
    u * Math.sqrt(loss / 2) * tau * kappa,
    plus(real(1), times(rho, e), times(-2 * rho * cosine, unit(beta))),
  );
  const fromArms = plus(unit(-beta), times(rho, unit(beta)));
  const n21 = times(u * Math.sqrt(2 * loss) * tau * 2 * cosine ** 2, fromArms);
  const n12 = times(-u * Math.sqrt(2 * loss) * tau * cosine, fromArms);

  const s = Math.sin(homodyneAngle);
  const c = Math.cos(homodyneAngle);
  const noise =
    squared(times(s, c11)) +
    squared(plus(times(s, c12), times(c, c11))) +
    squared(times(s, p11)) +
    squared(plus(real(p12 * s), times(c, p11))) +
    squared(q11) +
    squared(plus(times(s, n11), times(c, n21))) +
    squared(times(s, n12));
  return (standardLimit / (2 * kappa * tau ** 2 * squared(times(s, d1)))) * noise;
}
