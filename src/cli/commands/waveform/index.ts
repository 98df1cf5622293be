import type { CommandFile } from '../../command-file.ts';

/** `credence waveform` */
export const command: CommandFile = {
  name: 'waveform',
  synopsis: '[options]',
  about: 'The gravitational wave of two black holes that merge, what is left of them, and what a detector hears.',

  declare(words) {
    words.command.usage('--m1 MASS --m2 MASS').addHelpText('after', model);
    words
      .option('m1', 'MASS', "of one black hole, solar masses in the detector's frame: (1 + z) times that at the source")
      .option('m2', 'MASS', 'of the other')
      .option('chi1', 'SPIN', 'of the one along the orbital angular momentum, dimensionless, from -1 to 1', '0')
      .option('chi2', 'SPIN', 'of the other', '0')
      .option('distance', 'MPC', 'luminosity distance', '100')
      .option('inclination', 'RADIANS', 'of the orbit to the line of sight', '0')
      .option('phase', 'RADIANS', 'of the orbit at the reference frequency', '0')
      .option('referenceFrequency', 'HZ', 'where the phase is given', '20')
      .option('frequencies', 'HZ,...', 'where the waveform is printed (default: 16, to 1.35 times the ringdown)')
      .option('segment', 'SECONDS', 'that the whitened window is cut from, a power of two', '16')
      .option('samples', 'PLACE,...', 'of the window that are printed: 0 to 8191 (default: 26 about the merger)')
      .option('plot', 'FILE', 'draw strain, whitened strain and spectrum as .svg or .png');
  },

  async run(given, terminal) {
    const { waveform } = await import('./run.ts');
    return waveform(given, terminal);
  },
};

const model = `
Waveform: IMRPhenomD (Khan et al. 2016), modes l = |m| = 2, calibrated to mass ratios of 18 and spins of 0.85 (0.98 for
equal masses); remnant: Husa et al. 2016. h(f) = integral of h(t) exp(-2 pi i f t) dt = A exp(-i phi), plus polarisation.
Noise: advanced LIGO's design (LIGO-T0900288). More: docs/gravitational-waves.md`;
