import type { Signal } from './signal.ts';

/** A page for somebody who reads. */
export function render(signal: Signal): string {
  const { qnm, qnm_bcw2006: fit, waveform, whitened_window: window } = signal;
  const facts: readonly (readonly [string, string])[] = [
    ['binary', `${short(signal.m1)} + ${short(signal.m2)} solar masses, spins ${signal.chi1z} and ${signal.chi2z}`],
    ['symmetric mass ratio', signal.eta.toFixed(6)],
    ['distance', `${short(signal.distance_mpc)} Mpc, inclination ${signal.inclination} rad`],
    ['final spin', signal.final_spin.toFixed(6)],
    ['final mass', `${short(signal.final_mass_msun)} solar masses, ${percent(signal.radiated_fraction)} radiated`],
    ['ringdown', `${qnm.f_hz.toFixed(2)} Hz, decays in ${(1e3 * qnm.tau_s).toFixed(3)} ms`],
    ['omega M, exact', `${qnm.omega_R_Mf.toFixed(6)} - ${qnm.omega_I_Mf.toFixed(6)} i`],
    ['omega M, BCW 2006', `${fit.omega_R_Mf.toFixed(6)} - ${fit.omega_I_Mf.toFixed(6)} i, Q ${fit.Q.toFixed(3)}`],
    ['peak of the amplitude', `${signal.f_peak_hz.toFixed(2)} Hz`],
    ['optimal SNR from 20 Hz', signal.optimal_snr_20hz.toFixed(2)],
    ['SNR in the window', `${window.snr_window.toFixed(2)}, largest sample ${window.max_abs.toFixed(3)} sigma`],
  ];
  const rows = waveform.f_hz.map((f, i) => {
    const phase = waveform.phi_minus_phi_at_20hz[i]!;
    return `${f.toFixed(3).padStart(10)}${waveform.amplitude[i]!.toExponential(5).padStart(14)}${phase.toFixed(4).padStart(14)}`;
  });
  const header = `${'f, Hz'.padStart(10)}${'|h|, 1/Hz'.padStart(14)}${'phase, rad'.padStart(14)}`;
  return `${[...facts.map(([name, value]) => `${name.padEnd(24)}${value}`), '', header, ...rows].join('\n')}\n`;
}

/** Six digits, without zeros behind. */
function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
