/**
 * Makes signals.npz, which examples/residual-signals.yaml trains on: 2000 damped oscillations in noise, each with the
 * frequency and the damping that a network is to find.
 *
 *   node examples/make-signals.mjs [signals.npz [2000]]
 *
 * An .npz is a zip of NumPy arrays, and this is all that NumPy's format asks for; in Python, `numpy.savez('signals.npz',
 * x=x, y=y)` with x [count, length, channels] and y [count, targets] makes the same.
 */
import { writeFileSync } from 'node:fs';
import { zipSync } from 'fflate';

const [path = 'signals.npz', examples = '2000'] = process.argv.slice(2);
const [count, length] = [Number(examples), 512];

/** Uniform in 0 .. 1, the same numbers on every machine (mulberry32). */
let state = 1;
function uniform() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

/** Standard normal (Box and Muller 1958). */
const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

const x = new Float32Array(count * length);
const y = new Float32Array(count * 2);
for (let n = 0; n < count; n++) {
  const frequency = 4 + 28 * uniform(); // periods within the signal
  const damping = 1 + 7 * uniform(); // e-foldings within the signal
  const phase = 2 * Math.PI * uniform();
  for (let i = 0; i < length; i++) {
    const t = i / length;
    x[n * length + i] = Math.exp(-damping * t) * Math.sin(2 * Math.PI * frequency * t + phase) + 0.3 * normal();
  }
  y.set([frequency, damping], 2 * n);
}

/** An array as NumPy writes it: magic, version, the length of its header, the header padded with blanks to a multiple of 64. */
function npy(data, shape) {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const padded = header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11) + '\n';
  const bytes = Buffer.concat([
    Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, padded.length & 255, padded.length >> 8]),
    Buffer.from(padded, 'latin1'),
    Buffer.from(data.buffer),
  ]);
  return new Uint8Array(bytes);
}

writeFileSync(path, zipSync({ 'x.npy': npy(x, [count, length, 1]), 'y.npy': npy(y, [count, 2]) }, { level: 0 }));
console.log(`${path}: ${count} signals of ${length} samples, targets frequency and damping`);
