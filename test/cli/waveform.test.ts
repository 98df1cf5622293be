import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { type GoldenCase, golden, largest, relative } from '../gravitation/golden.ts';
import { recorder, scratch } from './request.ts';

async function waveform(...words: string[]) {
  const terminal = recorder();
  const code = await run(['waveform', ...words], terminal);
  return { code, out: terminal.out(), err: terminal.err().replaceAll(scratch, 'DIR') };
}

const wordsOf = ({ m1, m2, chi1z, chi2z }: GoldenCase) =>
  Object.entries({ m1, m2, chi1: chi1z, chi2: chi2z }).flatMap(([name, value]) => [`--${name}`, String(value)]);

/** Programs that are not this one: what they give beside the rest. */
const others = /^(id|optimal_snr_20hz_pycbc_sigma|.*_(pycbc|pykerr))$/;

/** Names of all fields, inner ones with dots. */
function namesOf(value: object): string[] {
  return Object.entries(value)
    .filter(([name]) => !others.test(name))
    .flatMap(([name, inner]: [string, unknown]) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? namesOf(inner).map((one) => `${name}.${one}`)
        : [name],
    );
}

describe('credence waveform', () => {
  it.each(golden.cases)('--json prints $id in the form of the golden file', async (one) => {
    const { code, out, err } = await waveform(...wordsOf(one), '--distance', '100', '--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const printed = JSON.parse(out) as GoldenCase;
    expect(namesOf(printed)).toEqual(namesOf(one));
    expect(printed.waveform.f_hz).toEqual(one.waveform.f_hz);
    expect(printed.whitened_window.sample_index).toEqual(one.whitened_window.sample_index);
    const { phi_minus_phi_at_20hz, re, amplitude } = printed.waveform;
    const phases = phi_minus_phi_at_20hz.map((phi, i) => Math.abs(phi - one.waveform.phi_minus_phi_at_20hz[i]!));
    expect(largest(phases)).toBeLessThan(5e-4);
    expect(largest(amplitude.map((a, i) => relative(a, one.waveform.amplitude[i]!)))).toBeLessThan(2e-4);
    expect(largest(re.map((x, i) => Math.abs(x - one.waveform.re[i]!) / amplitude[i]!))).toBeLessThan(5e-4);
    const { sample_value, max_abs, argmax_abs } = printed.whitened_window;
    const samples = sample_value.map((x, i) => Math.abs(x - one.whitened_window.sample_value[i]!));
    expect(largest(samples) / max_abs).toBeLessThan(1e-3);
    expect(argmax_abs).toBe(one.whitened_window.argmax_abs);
    expect(Math.abs(printed.final_spin - one.final_spin)).toBeLessThan(1e-12);
    expect(relative(printed.optimal_snr_20hz, one.optimal_snr_20hz)).toBeLessThan(1e-4);
    expect(relative(printed.qnm.f_hz, one.qnm.f_hz)).toBeLessThan(1e-6);
  });

  it('prints the frequencies and samples that are asked for, in any order of the masses', async () => {
    const asked = ['--frequencies', '35,20', '--samples', '7372,0', '--json'];
    const one = await waveform('--m1', '20', '--m2', '30', '--chi1', '-0.5', ...asked);
    const other = await waveform('--m1', '30', '--m2', '20', '--chi2', '-0.5', ...asked);
    expect(one.out).toBe(other.out);
    const { waveform: spectrum, whitened_window: window, ...rest } = JSON.parse(one.out) as GoldenCase;
    expect(rest).toMatchObject({ m1: 30, m2: 20, chi1z: 0, chi2z: -0.5 });
    expect(spectrum.f_hz).toEqual([35, 20]);
    expect(spectrum.phi_minus_phi_at_20hz[1]).toBe(0);
    expect(window.sample_index).toEqual([0, 7372]);
    expect(window.sample_value).toHaveLength(2);
  });

  it('prints a page for people', async () => {
    const { out } = await waveform('--m1', '36', '--m2', '29', '--distance', '410', '--frequencies', '20,100');
    expect(out).toMatchInlineSnapshot(`
      "binary                  36 + 29 solar masses, spins 0 and 0
      symmetric mass ratio    0.247101
      distance                410 Mpc, inclination 0 rad
      final spin              0.680011
      final mass              61.925 solar masses, 4.73 % radiated
      ringdown                273.41 Hz, decays in 3.742 ms
      omega M, exact          0.523980 - 0.081512 i
      omega M, BCW 2006       0.526661 - 0.082159 i, Q 3.205
      peak of the amplitude   242.11 Hz
      optimal SNR from 20 Hz  95.64
      SNR in the window       95.59, largest sample 7.979 sigma

           f, Hz     |h|, 1/Hz    phase, rad
          20.000   8.51251e-23        0.0000
         100.000   1.09159e-23      -48.8353
      "
    `);
  });

  it('says when the signal is longer than its segment', async () => {
    const { code, err } = await waveform('--m1', '5', '--m2', '5');
    expect(code).toBe(0);
    expect(err).toMatchInlineSnapshot(`
      "credence: the signal is 18.9 s long from 20 Hz on, and its beginning comes round into the window of a segment of 16 s: --segment 32 holds it
      "
    `);
    expect((await waveform('--m1', '5', '--m2', '5', '--segment', '32')).err).toBe('');
  });

  it('draws strain, whitened strain and spectrum', async () => {
    const path = join(scratch, 'signal.svg');
    const { code } = await waveform('--m1', '36', '--m2', '29', '--plot', path);
    expect(code).toBe(0);
    const svg = readFileSync(path, 'utf8');
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    for (const text of ['h, 1e-21', 'standard deviations', 'Hz', 'signal, 2 sqrt(f) |h|', 'noise, sqrt(S)'])
      expect(svg).toContain(`>${text}</text>`);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(svg.match(/aria-roledescription="line mark"/g)).toHaveLength(4);
  });

  it('refuses what cannot be, with code 2', async () => {
    let messages = '';
    for (const words of [
      ['--m1', '30'],
      ['--m1', '30', '--m2', '0'],
      ['--m1', '30', '--m2', 'NaN'],
      ['--m1', '100', '--m2', '5'],
      ['--m1', '30', '--m2', '30', '--chi1', '1.5'],
      ['--m1', '30', '--m2', '30', '--distance', '0'],
      ['--m1', '30', '--m2', '30', '--frequencies', '20,,30'],
      ['--m1', '30', '--m2', '30', '--samples', '8192'],
      ['--m1', '30', '--m2', '30', '--segment', '12'],
      ['--m1', '30', '--m2', '30', '--plot', 'picture.gif'],
      ['--m1', '30', '--m2', '30', '--plot', join(scratch, 'none', 'f.svg')],
    ]) {
      const { code, out, err } = await waveform(...words);
      expect({ words, code, out }).toEqual({ words, code: 2, out: '' });
      messages += err;
    }
    expect(messages).toMatchInlineSnapshot(`
      "credence: --m2 is missing: expected credence waveform --m1 MASS --m2 MASS, in solar masses
      credence: --m2: got 0, expected a number from 0.001 to 1000000
      credence: --m2: got NaN, expected a number from 0.001 to 1000000
      credence: mass ratio of a binary: got 20, expected at most 18, to which IMRPhenomD is calibrated
      credence: --chi1: got 1.5, expected a number from -1 to 1
      credence: --distance: got 0, expected a number from 1e-9 to 1000000000
      credence: --frequencies: got an empty text, expected a number from 0.001 to 1000000000
      credence: --samples: got 8192, expected integers from 0 to 8191
      credence: --segment: got 12, expected 1, 2, 4, 8, 16, 32, 64, 128, 256. Did you mean 16?
      credence: --plot: got picture.gif, expected the name of a file that ends in .svg or .png
      credence: --plot DIR/none/f.svg: got no folder DIR/none, expected a file in a folder that is there
      "
    `);
  });
});
