import { UsageError } from '../../../errors/index.ts';
import { type Binary, durationFrom20Hz, massesOf, segmentOf, windowLength } from '../../../gravitation/index.ts';
import type { Given } from '../../command-file.ts';
import { type PictureFile, pictureFile, writePicture } from '../../picture-file.ts';
import type { Terminal } from '../../terminal.ts';
import { integers, number, oneOf } from '../../values.ts';
import { render } from './render.ts';
import { type Wanted, signalOf, usualSamples } from './signal.ts';

/** seconds */
const segments = ['1', '2', '4', '8', '16', '32', '64', '128', '256'];

interface WaveformWords {
  readonly m1?: string;
  readonly m2?: string;
  readonly chi1: string;
  readonly chi2: string;
  readonly distance: string;
  readonly inclination: string;
  readonly phase: string;
  readonly referenceFrequency: string;
  readonly frequencies?: string;
  readonly segment: string;
  readonly samples?: string;
  readonly plot?: string;
}

/** `credence waveform`: numbers of one signal, to look at and to compare with other programs. */
export async function waveform({ json, ...given }: Given, { stdout, stderr }: Terminal): Promise<number> {
  const words = given.options<WaveformWords>();
  const wanted = read(words);
  const picture = words.plot === undefined ? null : await pictureFile(words.plot);
  const signal = signalOf(wanted);
  const duration = durationFrom20Hz(wanted.binary);
  if (duration > wanted.segment - 1) {
    const segment = segmentOf(massesOf(wanted.binary));
    stderr.write(
      `credence: the signal is ${duration.toFixed(1)} s long from 20 Hz on, and its beginning comes round into the window of a segment of ${wanted.segment} s: --segment ${segment} holds it\n`,
    );
  }
  if (picture !== null) await plot(picture, wanted);
  stdout.write(json ? `${JSON.stringify(signal)}\n` : render(signal));
  return 0;
}

function read(words: WaveformWords): Wanted {
  const real = (name: keyof WaveformWords, text: string, least: number) => number(name, text, least, 1e9);
  const binary: Binary = {
    mass1: mass('m1', words.m1),
    mass2: mass('m2', words.m2),
    spin1: number('chi1', words.chi1, -1, 1),
    spin2: number('chi2', words.chi2, -1, 1),
  };
  const { frequencies, samples } = words;
  return {
    binary,
    source: {
      distance: real('distance', words.distance, 1e-9),
      inclination: real('inclination', words.inclination, -1e9),
      phase: real('phase', words.phase, -1e9),
      referenceFrequency: real('referenceFrequency', words.referenceFrequency, 1e-3),
    },
    // as they are written, in this order
    frequencies: frequencies === undefined ? null : frequencies.split(',').map((one) => real('frequencies', one, 1e-3)),
    segment: Number(oneOf('segment', words.segment, segments)),
    samples: samples === undefined ? usualSamples : integers('samples', samples, 0, windowLength - 1),
  };
}

function mass(name: 'm1' | 'm2', text: string | undefined): number {
  if (text !== undefined) return number(name, text, 1e-3, 1e6);
  throw new UsageError(`--${name} is missing`, { expected: 'credence waveform --m1 MASS --m2 MASS, in solar masses' });
}

async function plot(file: PictureFile, { binary, source, segment }: Wanted): Promise<void> {
  const { signalFigure } = await import('../../../report/index.ts');
  const { picture } = await import('./picture.ts');
  await writePicture(file, await signalFigure(picture(binary, source, segment)));
}
