/**
 * Where the time of a training step goes: the calls of the plan, one line per operation and shape, and the throughput in
 * processor time, which other programs on the machine disturb less than the clock. Data are noise of the model's shape,
 * or MNIST for a network of small images.
 *
 * npx tsx bench/step.ts MODEL [--engine wasm|onednn] [--batch 64] [--steps 60] [--lines 20] [--precision f32|bf16]
 */
import { parseArgs } from 'node:util';
import { loadDataset } from '../src/datasets/index.ts';
import { solo } from '../src/comm/index.ts';
import { chooseEngine, infoOfImages, infoOfSignals, namedModel } from '../src/compose/index.ts';
import { type ArrayExamples, imageExamples, shuffled } from '../src/data/index.ts';
import type { EngineName, KernelsFactory } from '../src/kernels/index.ts';
import type { Model } from '../src/models/index.ts';
import { Trainer, defaults } from '../src/train/index.ts';

interface Spent {
  seconds: number;
  calls: number;
}

/** The same engine, with a clock around every call once `watch.on` is set. */
function timed(factory: KernelsFactory, spent: Map<string, Spent>, watch: { on: boolean }): KernelsFactory {
  return {
    ...factory,
    create(memory) {
      const kernels = factory.create(memory);
      return {
        ...kernels,
        scratchBytes: (call) => kernels.scratchBytes(call),
        compile(call, context) {
          const run = kernels.compile(call, context);
          const name = `${call.operation} -> ${call.outputs.map(({ shape }) => shape.join('x') || 'scalar').join(', ')}`;
          const entry = spent.get(name) ?? { seconds: 0, calls: 0 };
          spent.set(name, entry);
          return () => {
            const start = performance.now();
            run();
            if (!watch.on) return;
            entry.seconds += (performance.now() - start) / 1000;
            entry.calls++;
          };
        },
      };
    },
  };
}

/** MNIST for a network of small images, noise of their shape for those of CIFAR's and of signals. */
async function modelAndData(name: string): Promise<{ model: Model; train: ArrayExamples }> {
  if (name.startsWith('GW')) {
    const info = infoOfSignals();
    const inputs = Float32Array.from({ length: 64 * info.input.shape[0]! }, (_, i) => Math.sin(997 * i * i));
    const targets = new Float32Array(64 * 3);
    return { model: namedModel(name, info), train: { count: 64, shape: info.input.shape, inputs, targets } };
  }
  const isOfMnist = !name.startsWith('CIFAR');
  const data = { ...defaults.data, name: isOfMnist ? 'mnist' : 'cifar10' } as const;
  const info = infoOfImages(data);
  const model = namedModel(name, info);
  if (isOfMnist) return { model, train: imageExamples((await loadDataset(data)).train) };
  const { shape } = info.input;
  const count = 2048;
  const size = count * shape.reduce((a, b) => a * b);
  const inputs = Uint8Array.from({ length: size }, (_, i) => (i * 2654435761) >>> 24);
  return { model, train: { count, shape, inputs, targets: Uint8Array.from({ length: count }, (_, i) => i % 10) } };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: 'string', default: 'onednn' },
    batch: { type: 'string', default: '64' },
    steps: { type: 'string', default: '60' },
    lines: { type: 'string', default: '20' },
    precision: { type: 'string', default: 'f32' },
  },
});
const name = positionals[0] ?? 'BNN_conv_flip';
const [batchSize, steps] = [Number(values.batch), Number(values.steps)];
const spent = new Map<string, Spent>();
const watch = { on: false };
const engine = await chooseEngine(values.engine as EngineName);
const processorTimes: number[] = [];
let before = 0;
const quiet = { printEvery: 1e8, histogramEvery: 0, checkpointEvery: 0 };
const { model, train } = await modelAndData(name);
const precision = values.precision === 'bf16' ? 'bf16' : 'f32';
const settings = { ...defaults, ...quiet, batchSize, iteration: steps, precision } as const;
const trainer = new Trainer({
  ...{ model, settings, examples: shuffled(train, settings.seed) },
  kernels: timed(engine, spent, watch),
  communicator: solo,
  observers: [
    {
      onTiming({ step }) {
        const { user, system } = process.cpuUsage();
        if (watch.on) processorTimes.push((user + system - before) / 1e6);
        before = user + system;
        // the first third is where the optimising compiler takes over
        watch.on = step >= steps / 3;
      },
    },
  ],
});
await trainer.run();

const measured = processorTimes.length;
const median = processorTimes.toSorted((a, b) => a - b)[measured >> 1]!;
const line = (text: string) => process.stdout.write(`${text}\n`);
line(
  `${name}, ${trainer.engine}, batch ${batchSize}: ${Math.round(batchSize / median)} samples per second of processor`,
);
const microseconds = ({ seconds }: Spent) => ((seconds * 1e6) / measured).toFixed(1).padStart(10);
for (const [name, entry] of [...spent]
  .filter(([, { calls }]) => calls > 0)
  .toSorted(([, a], [, b]) => b.seconds - a.seconds)
  .slice(0, Number(values.lines))) {
  line(`${microseconds(entry)} us/step  ${(entry.calls / measured).toFixed(0).padStart(3)} calls  ${name}`);
}
