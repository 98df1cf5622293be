import FFT from 'fft.js';
import { ShapeError } from '../errors/index.ts';

/**
 * From the half spectrum of a real signal to the signal: two real samples are one complex one, so that N of them take a
 * transform of N / 2 (Press et al. 2007, section 12.3.2). Nothing is allocated from one transform to the next.
 */
export class RealFourier {
  /** N, a power of two, at least 4 */
  readonly length: number;
  readonly #fft: FFT;
  readonly #packed: Float64Array;
  readonly #signal: Float64Array;
  /** exp(2 pi i k / N), k = 0 to N / 4 */
  readonly #turns: Float64Array;

  /** @throws ShapeError where the length is no power of two, or below 4 */
  constructor(length: number) {
    checkLength(length);
    this.length = length;
    this.#fft = new FFT(length / 2);
    this.#packed = new Float64Array(length);
    this.#signal = new Float64Array(length);
    this.#turns = Float64Array.from({ length: length / 2 + 2 }, (_, i) => {
      const angle = (2 * Math.PI * (i >> 1)) / length;
      return i % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
    });
  }

  /**
   * x_n = 1/N sum over k of X_k exp(2 pi i k n / N), with X_(N-k) the conjugate of X_k.
   * @param spectrum [N / 2 + 1, 2]: real and imaginary parts; imaginary parts of the first and the last are not read
   * @param from what is not zero of it: bins from .. to, of which `to` is included
   * @returns [N], valid until the next call
   */
  inverse(spectrum: Float64Array, from = 0, to = this.length / 2): Float64Array {
    const half = this.length / 2;
    const quarter = half / 2;
    const packed = this.#packed;
    if (spectrum.length !== this.length + 2) {
      throw new ShapeError('spectrum of a Fourier transform', {
        got: `${spectrum.length} numbers`,
        expected: `${this.length + 2}`,
      });
    }
    // Pairs (k, N/2 - k) that hold nothing stay zero.
    const isLow = to < quarter;
    const [first, last] = isLow ? [from, to] : [0, quarter];
    packed.fill(0);
    for (let k = first; k <= last; k++) this.#pack(spectrum, k, half);
    // conj(FFT(conj(z))) is the inverse transform; `pack` conjugates before, what reads the signal after
    const signal = this.#signal;
    this.#fft.transform(signal, packed);
    const scale = 2 / this.length;
    for (let n = 0; n < signal.length; n += 2) {
      signal[n]! *= scale;
      signal[n + 1]! *= -scale;
    }
    return signal;
  }

  #pack(spectrum: Float64Array, k: number, half: number): void {
    const packed = this.#packed;
    const other = half - k;
    const [re, im] = [spectrum[2 * k]!, k === 0 ? 0 : spectrum[2 * k + 1]!];
    const [otherRe, otherIm] = [spectrum[2 * other]!, k === 0 ? 0 : spectrum[2 * other + 1]!];
    const [c, s] = [this.#turns[2 * k]!, this.#turns[2 * k + 1]!];
    // E = (X_k + conj X_other) / 2; O = (X_k - conj X_other) / 2 turned by exp(2 pi i k / N); z = E + i O
    const [evenRe, evenIm] = [(re + otherRe) / 2, (im - otherIm) / 2];
    const [differenceRe, differenceIm] = [(re - otherRe) / 2, (im + otherIm) / 2];
    const oddRe = differenceRe * c - differenceIm * s;
    const oddIm = differenceRe * s + differenceIm * c;
    packed[2 * k] = evenRe - oddIm;
    packed[2 * k + 1] = -(evenIm + oddRe);
    if (k === 0 || k === other) return;
    // of the other one E and O are the conjugates
    packed[2 * other] = evenRe + oddIm;
    packed[2 * other + 1] = -(oddRe - evenIm);
  }
}

/** From a real signal to its half spectrum: X_k = sum over n of x_n exp(-2 pi i k n / N). */
export class RealSpectrum {
  readonly #fft: FFT;
  readonly #out: Float64Array;
  readonly #half: Float64Array;

  /** @throws ShapeError where the length is no power of two, or below 4 */
  constructor(length: number) {
    checkLength(length);
    this.#fft = new FFT(length);
    this.#out = new Float64Array(2 * length);
    this.#half = this.#out.subarray(0, length + 2);
  }

  /** @returns [N / 2 + 1, 2], valid until the next call */
  of(signal: Float64Array): Float64Array {
    this.#fft.realTransform(this.#out, signal);
    return this.#half;
  }
}

function checkLength(length: number): void {
  if (length >= 4 && Number.isInteger(Math.log2(length))) return;
  throw new ShapeError('length of a Fourier transform', { got: String(length), expected: 'a power of two, from 4' });
}
