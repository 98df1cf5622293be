/**
 * An engine's kernels alone: GFLOP/s (dense operations counted, whatever a kernel saves), microseconds per example, and
 * nanoseconds per element. Repetitions are interleaved; a plain micro-kernel stands beside the products as yardstick of
 * what 128-bit vectors give, a sum over 96 MB beside the element-wise kernels as that of the memory.
 *
 * npx tsx bench/kernels.ts [--rounds 7] [--only substring] [--build base|relaxed | --engine wasm|onednn]
 */
import { parseArgs } from 'node:util';
import {
  type Activation,
  type OperationName,
  type Operations,
  type Shape,
  type TensorType,
  type Window2d,
  bytesOf,
  inferTypes,
  sizeOf,
} from '../src/graph/index.ts';
import {
  type BufferView,
  type EngineName,
  type KernelCall,
  type KernelsFactory,
  control,
} from '../src/kernels/index.ts';
import { chooseEngine } from '../src/compose/index.ts';
import { type Build, isAvailable, wasmBuilds } from '../src/kernels/wasm/index.ts';
import { spread } from '../src/machine/index.ts';
import { yardstick } from './yardstick.ts';

export interface KernelResult {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

interface Candidate {
  readonly name: string;
  readonly run: () => void;
  /** each as a function of the seconds that one run took */
  readonly figures: Readonly<Record<string, (seconds: number) => number>>;
}

const f32 = (...shape: number[]): TensorType => ({ shape, dtype: 'f32' });

/** Binds calls one after the other on one memory; inputs get numbers of a fixed sequence, or the views handed in. */
class Workbench {
  readonly #memory = new WebAssembly.Memory({ initial: 4096, maximum: 4096, shared: true });
  readonly #kernels;
  #next: number;

  constructor(factory: KernelsFactory) {
    this.#kernels = factory.create(this.#memory);
    this.#next = factory.firstFreeByte;
  }

  #reserve(bytes: number): number {
    const offset = Math.ceil(this.#next / 64) * 64;
    this.#next = offset + bytes;
    return offset;
  }

  #input(type: TensorType, positive = false): BufferView {
    const view = { ...type, offset: this.#reserve(bytesOf(type)) };
    if (type.dtype !== 'f32') return view;
    const values = new Float32Array(this.#memory.buffer, view.offset, sizeOf(type.shape));
    const least = positive ? 0.001 : -0.5;
    for (let i = 0; i < values.length; i++) values[i] = ((i * 2654435761) % 1000) / 1000 + least;
    return view;
  }

  bind<O extends OperationName>(
    operation: O,
    attributes: Operations[O],
    operands: readonly (TensorType | BufferView)[],
  ): { run: () => void; outputs: BufferView[]; inputs: BufferView[] } {
    // what has a logarithm is a scale
    const positive = operation === 'log' || operation.startsWith('normalKl');
    const inputs = operands.map((operand) => ('offset' in operand ? operand : this.#input(operand, positive)));
    const outputs = inferTypes(operation, inputs, attributes).map((type) => this.#input(type));
    const call: KernelCall = { operation, attributes, inputs, outputs };
    const scratch = this.#reserve(this.#kernels.scratchBytes(call));
    const run = this.#kernels.compile(call, { control: this.#reserve(control.bytes), scratch });
    return { run, outputs, inputs };
  }
}

const gigaflops = (flops: number) => (seconds: number) => flops / seconds / 1e9;

function products(bench: Workbench): Candidate[] {
  const product = (
    name: string,
    m: number,
    n: number,
    k: number,
    transposeA = false,
    transposeB = false,
  ): Candidate => {
    const a = transposeA ? f32(k, m) : f32(m, k);
    const b = transposeB ? f32(n, k) : f32(k, n);
    const { run } = bench.bind('matmul', { transposeA, transposeB }, [a, b]);
    return {
      name: `matmul ${name}`,
      run,
      figures: { 'GFLOP/s': gigaflops(2 * m * n * k), us: (seconds) => seconds * 1e6 },
    };
  };
  return [
    product('256x256x256', 256, 256, 256),
    product('512x512x512', 512, 512, 512),
    product('x W, 64x784x64', 64, 64, 784),
    product("x' g, 784x64x64", 784, 64, 64, true),
    product('x W, 64x12544x10', 64, 10, 12544),
    product("g W', 64x10x12544", 64, 12544, 10, false, true),
    product("x' g, 12544x64x10", 12544, 10, 64, true),
  ];
}

interface Layer {
  readonly name: string;
  readonly image: number;
  readonly from: number;
  readonly to: number;
  readonly kernel: number;
  readonly pool: boolean;
  readonly inputGradient: boolean;
}

const layers: readonly Layer[] = [
  { name: 'mnist 5x5x1x64 pool', image: 28, from: 1, to: 64, kernel: 5, pool: true, inputGradient: false },
  { name: 'cifar 3x3x3x32', image: 32, from: 3, to: 32, kernel: 3, pool: false, inputGradient: false },
  { name: 'cifar 3x3x32x32 pool', image: 32, from: 32, to: 32, kernel: 3, pool: true, inputGradient: true },
  { name: 'cifar 3x3x32x64', image: 16, from: 32, to: 64, kernel: 3, pool: false, inputGradient: true },
  { name: 'cifar 3x3x64x64 pool', image: 16, from: 64, to: 64, kernel: 3, pool: true, inputGradient: true },
  { name: 'cifar 3x3x64x128', image: 8, from: 64, to: 128, kernel: 3, pool: false, inputGradient: true },
  { name: 'cifar 3x3x128x128 pool', image: 8, from: 128, to: 128, kernel: 3, pool: true, inputGradient: true },
];

function convolutions(bench: Workbench): Candidate[] {
  return layers.flatMap(({ name, image, from, to, kernel, pool, inputGradient }) => {
    const batch = 8;
    const window: Window2d | null = pool ? { window: [2, 2], strides: [2, 2], padding: 'SAME' } : null;
    const attributes = {
      strides: [1, 1],
      dilations: [1, 1],
      padding: 'SAME',
      bias: true,
      activation: 'relu' as Activation,
      pool: window,
    } as const;
    const weights: Shape = [kernel, kernel, from, to];
    const own = [f32(...weights), f32(batch, from), f32(batch, to)];
    const flops = 2 * image * image * sizeOf(weights) * batch;
    const candidate = (title: string, run: () => void, count: number): Candidate => ({
      name: `${title} ${name}`,
      run,
      figures: { 'GFLOP/s': gigaflops(count), 'us/example': (seconds) => (seconds * 1e6) / batch },
    });
    return (['conv2d', 'flipoutConv2d'] as const).flatMap((operation) => {
      const operands = [f32(batch, image, image, from), f32(...weights), ...(operation === 'conv2d' ? [] : own)];
      const forward = bench.bind(operation, attributes, [...operands, f32(to)]);
      forward.run();
      const backward = bench.bind(`${operation}Backward`, { ...attributes, inputGradient }, [
        ...forward.inputs.slice(0, -1),
        f32(...forward.outputs[0]!.shape),
        ...forward.outputs,
      ]);
      return [
        candidate(`${operation} forward`, forward.run, flops),
        candidate(`${operation} backward`, backward.run, inputGradient ? 2 * flops : flops),
      ];
    });
  });
}

function elements(bench: Workbench): Candidate[] {
  const n = 16384;
  const large = 2 ** 23;
  const candidate = <O extends OperationName>(
    operation: O,
    attributes: Operations[O],
    operands: readonly TensorType[],
    count = n,
  ): Candidate => ({
    name: operation,
    run: bench.bind(operation, attributes, operands).run,
    figures: { 'ns/element': (seconds) => (seconds * 1e9) / count },
  });
  const prior = { priorMean: 0, priorScale: 1 };
  const halves = { window: [2, 2], strides: [2, 2], padding: 'VALID' } as const;
  return [
    candidate('normalNoise', { purpose: 2, layer: 1, shape: [n] }, []),
    candidate('signNoise', { purpose: 3, layer: 1, examples: 64, features: 784 }, [], 64 * 784),
    candidate('maskNoise', { purpose: 8, layer: 1, examples: 64, features: 784, keep: 0.5 }, [], 64 * 784),
    candidate('perturb', { activation: 'relu', repeat: 1 }, [f32(100, 64), f32(100, 64), f32(64)], 6400),
    candidate('softmaxEntropy', {}, [f32(100, 10)], 1000),
    candidate('exp', {}, [f32(n)]),
    candidate('log', {}, [f32(n)]),
    candidate('tanh', {}, [f32(n)]),
    candidate('softplus', {}, [f32(n)]),
    candidate('elu', {}, [f32(n)]),
    candidate('leakyRelu', {}, [f32(n)]),
    candidate('softplusScale', { offset: 1e-7 }, [f32(n)]),
    candidate('add', {}, [f32(n), f32(n)]),
    candidate('channelSigns', {}, [f32(64, 256), f32(64, 256)]),
    candidate('sum', { leading: 1, trailing: 0 }, [f32(n)]),
    candidate('sumPositions', {}, [f32(16, 8, 8, 16)]),
    candidate('broadcastPositions', { shape: [16, 8, 8, 16] }, [f32(16, 16)]),
    candidate('averagePool2d', halves, [f32(16, 8, 8, 16)]),
    candidate('averagePool2dBackward', { ...halves, inputShape: [16, 8, 8, 16] }, [f32(16, 4, 4, 16)]),
    candidate('gatherRows', {}, [f32(1024), f32(100, 16)]),
    candidate('gatherRowsBackward', { rows: 100 }, [f32(1024), f32(1024, 16)]),
    candidate('normalKl', prior, [f32(n), f32(n)]),
    candidate('normalKlBackward', prior, [f32(n), f32(n), f32()]),
    candidate('accumulate', {}, [f32(n), f32(n)]),
    candidate('countNonFinite', {}, [f32(n)]),
    {
      name: 'accumulate 32 MB onto 32 MB',
      run: bench.bind('accumulate', {}, [f32(large), f32(large)]).run,
      // two floats read and one written per element
      figures: { 'GB/s': (seconds) => (large * 12) / seconds / 1e9 },
    },
    candidate('adam', { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 }, [f32(n), f32(n), f32(n), f32(n), f32(n)]),
  ];
}

/** Seconds of this process's own time per run, over about ten milliseconds: what others run here does not count. */
function time(run: () => void): number {
  let runs = 0;
  const began = performance.now();
  const start = process.cpuUsage();
  do {
    run();
    runs++;
  } while (performance.now() - began < 10);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6 / runs;
}

export async function benchKernels(
  rounds = 7,
  only = '',
  build: Build = isAvailable('relaxed') ? 'relaxed' : 'base',
  factory: KernelsFactory = wasmBuilds[build],
): Promise<KernelResult[]> {
  const plain = await yardstick(build);
  const bench = new Workbench(factory);
  const candidates = [
    { name: 'plain 4x16 tile', run: plain.run, figures: { 'GFLOP/s': gigaflops(plain.flops) } },
    ...products(bench),
    ...convolutions(bench),
    ...elements(bench),
  ].filter(({ name }) => name.includes(only));
  const seconds = candidates.map((): number[] => []);
  // the first round is where the optimising compiler takes over from the baseline one
  for (let round = -1; round < rounds; round++) {
    for (const [i, { run }] of candidates.entries()) {
      const one = time(run);
      if (round >= 0) seconds[i]!.push(one);
    }
    await new Promise(setImmediate);
  }
  return candidates.flatMap(({ name, figures }, i) =>
    Object.entries(figures).map(([unit, figure]) => ({ name, unit, ...spread(seconds[i]!.map(figure)) })),
  );
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '7' },
      only: { type: 'string' },
      build: { type: 'string' },
      engine: { type: 'string' },
    },
  });
  const build = values.build === undefined ? undefined : values.build === 'base' ? 'base' : 'relaxed';
  const factory = values.engine === undefined ? undefined : await chooseEngine(values.engine as EngineName);
  const results = await benchKernels(Number(values.rounds), values.only, build, factory);
  for (const { name, unit, median, min, max } of results) {
    const range = `${min.toFixed(2)} to ${max.toFixed(2)}`;
    process.stdout.write(`${name.padEnd(48)} ${median.toFixed(2).padStart(9)} ${unit.padEnd(11)} (${range})\n`);
  }
}
