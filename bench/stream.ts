/**
 * How fast batches of 64 are had of inputs that stay in their file, in the order of a training: rows per second, and the
 * memory of the process.
 *
 * npx tsx bench/stream.ts FILE [--inputs NAME] [--target NAME] [--memory] [--seconds 5]
 */
import { parseArgs } from 'node:util';
import { shuffled } from '../src/data/index.ts';
import { openOwnData } from '../src/datasets/index.ts';
import { sizeOf } from '../src/graph/index.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    inputs: { type: 'string' },
    target: { type: 'string' },
    memory: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '5' },
  },
});
const [path = ''] = positionals;
const began = performance.now();
const { train } = await openOwnData({
  ...{ path, target: values.target ?? null, inputs: values.inputs ? [values.inputs] : null },
  ...{ test: 0.02, validation: 0, standardize: true, missing: 'error', task: 'auto', seed: 0 },
  stream: !values.memory,
});
const opened = (performance.now() - began) / 1000;
const order = shuffled(train, 0);
const examples = 64;
const batch = {
  inputs: new (order.input.dtype === 'u8' ? Uint8Array : Float32Array)(examples * sizeOf(train.shape)),
  targets: new Float32Array((examples * train.targets.length) / train.count),
};
const fill = (step: number) =>
  order.fill(batch, { step, replica: 0, firstExample: 0, position: (step - 1) * examples });
fill(1);
const start = performance.now();
let steps = 0;
while (performance.now() - start < 1000 * Number(values.seconds)) fill(++steps + 1);
const rate = (steps * examples) / ((performance.now() - start) / 1000);
const { rss } = process.memoryUsage();
console.log(
  `${train.count} rows of ${train.shape.join('x')}: opened in ${opened.toFixed(1)} s, ${rate.toFixed(0)} rows/s, ` +
    `${(rss / 2 ** 20).toFixed(0)} MiB`,
);
process.exit(0);
