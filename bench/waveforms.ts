/**
 * How many whitened windows of a second one core makes: binaries of the prior that the original network was trained on.
 *
 * npx tsx bench/waveforms.ts [--windows COUNT] [--repetitions COUNT]
 */
import { parseArgs } from 'node:util';
import { type Binary, WhitenedWindows, massesOf, segmentOf, windowLength } from '../src/gravitation/index.ts';
import { fillUniform, purpose } from '../src/random/index.ts';

const { values } = parseArgs({
  options: { windows: { type: 'string', default: '2000' }, repetitions: { type: 'string', default: '5' } },
});
const [count, repetitions] = [Number(values.windows), Number(values.repetitions)];

/** m1 from 9 to 65, m2 from 5.2 to 42 solar masses, m2 <= m1 <= 5 m2, spins from -0.8 to 0.8 */
function drawn(index: number): Binary {
  const uniform = new Float32Array(4);
  for (let attempt = 0; ; attempt++) {
    const at = { seed: 1, purpose: purpose.dataOrder, step: attempt, replica: 0, layer: 0, example: index };
    fillUniform(uniform, at);
    const [mass1, mass2] = [9 + 56 * uniform[0]!, 5.2 + 36.8 * uniform[1]!];
    if (mass2 <= mass1 && mass1 <= 5 * mass2) {
      return { mass1, mass2, spin1: 1.6 * uniform[2]! - 0.8, spin2: 1.6 * uniform[3]! - 0.8 };
    }
  }
}

const binaries = Array.from({ length: count }, (_, i) => drawn(i));
const windows = new WhitenedWindows();
const out = new Float32Array(windowLength);
const segments = new Map<number, number>();
for (const binary of binaries) {
  windows.fill(out, binary);
  const seconds = segmentOf(massesOf(binary));
  segments.set(seconds, (segments.get(seconds) ?? 0) + 1);
}
const shares = [...segments].toSorted(([a], [b]) => a - b).map(([seconds, n]) => `${seconds} s: ${n}`);
console.log(`${count} binaries, segments of ${shares.join(', ')}`);

const rates = Array.from({ length: repetitions }, () => {
  const start = process.cpuUsage();
  for (const binary of binaries) windows.fill(out, binary);
  const { user, system } = process.cpuUsage(start);
  return (count / (user + system)) * 1e6;
}).toSorted((a, b) => a - b);
const [slowest, middle, fastest] = [rates[0]!, rates[repetitions >> 1]!, rates.at(-1)!];
console.log(
  `${middle.toFixed(0)} windows per second of a core (${slowest.toFixed(0)} to ${fastest.toFixed(0)}, ${repetitions} times)`,
);
