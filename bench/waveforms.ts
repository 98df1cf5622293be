/**
 * How many whitened windows of a second one core makes: binaries of the prior that the original network was trained on.
 *
 * npx tsx bench/waveforms.ts [--windows COUNT] [--repetitions COUNT]
 */
import { parseArgs } from 'node:util';
import { WhitenedWindows, drawBinary, massesOf, segmentOf, windowLength } from '../src/gravitation/index.ts';

const { values } = parseArgs({
  options: { windows: { type: 'string', default: '2000' }, repetitions: { type: 'string', default: '5' } },
});
const [count, repetitions] = [Number(values.windows), Number(values.repetitions)];

const binaries = Array.from({ length: count }, (_, i) => drawBinary(1, 'train', i));
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
