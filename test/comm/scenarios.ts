import { createHash } from 'node:crypto';
import {
  type Communicator,
  DriftCheck,
  type Elements,
  GradientReduction,
  type Reduction,
  ScalarReduction,
  partialSums,
  sharedFloats,
  unitsOfRank,
} from '../../src/comm/index.ts';
import { fromBfloat16, toBfloat16 } from '../../src/graph/index.ts';

/** What every rank runs; what it returns goes to the test. A wrong number throws where it is found. */
export type Scenario = (communicator: Communicator) => unknown;

const types = {
  float32: (count: number) => new Float32Array(new SharedArrayBuffer(4 * count)),
  float64: (count: number) => new Float64Array(new SharedArrayBuffer(8 * count)),
  bfloat16: (count: number) => new Uint16Array(new SharedArrayBuffer(2 * count)),
  int32: (count: number) => new Int32Array(new SharedArrayBuffer(4 * count)),
  int64: (count: number) => new BigInt64Array(new SharedArrayBuffer(8 * count)),
};
type TypeName = keyof typeof types;
const typeNames = Object.keys(types) as TypeName[];

/** Small whole numbers, exact in every type and in every order of addition. */
const element = (rank: number, i: number, step: number): number => ((i * 7 + rank * 5 + step * 3) % 23) - 11;

function write(values: Elements, i: number, value: number): void {
  if (values instanceof BigInt64Array) values[i] = BigInt(value);
  else values[i] = values instanceof Uint16Array ? toBfloat16(value) : value;
}

function read(values: Elements, i: number): number {
  return values instanceof Uint16Array ? fromBfloat16(values[i]) : Number(values[i]);
}

function fill(values: Elements, rank: number, step: number): void {
  for (let i = 0; i < values.length; i++) write(values, i, element(rank, i, step));
}

function expectElements(what: string, values: Elements, expected: (i: number) => number): void {
  for (let i = 0; i < values.length; i++) {
    if (read(values, i) !== expected(i))
      throw new Error(`${what}: element ${i} is ${read(values, i)}, not ${expected(i)}`);
  }
}

const ranksOf = (size: number): number[] => Array.from({ length: size }, (_, rank) => rank);

const combine: Record<Reduction, (a: number, b: number) => number> = {
  sum: (a, b) => a + b,
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
};

/** What an element is after a reduction over all ranks. */
function reduced(reduction: Reduction, size: number, step: number): (i: number) => number {
  return (i) => {
    let value = element(0, i, step);
    for (let rank = 1; rank < size; rank++) value = combine[reduction](value, element(rank, i, step));
    return value;
  };
}

const sizes = [1, 2, 17, 501];

function allreduce(communicator: Communicator): number {
  const { rank, size } = communicator;
  let checked = 0;
  for (const type of typeNames) {
    for (const reduction of ['sum', 'max', 'min'] as const) {
      for (const count of sizes) {
        const what = `${reduction} of ${count} ${type}`;
        const values = types[type](count);
        const operation = communicator.allreduce(values, reduction, what);
        for (const step of [1, 2]) {
          fill(values, rank, step);
          operation.run(step);
          expectElements(what, values, reduced(reduction, size, step));
          checked++;
        }
      }
    }
  }
  return checked;
}

function broadcast(communicator: Communicator): number {
  let checked = 0;
  for (const type of typeNames) {
    for (let root = 0; root < communicator.size; root++) {
      const values = types[type](301);
      fill(values, communicator.rank, root);
      communicator.broadcast(values, root, type).run(root);
      expectElements(`broadcast from ${root}`, values, (i) => element(root, i, root));
      checked++;
    }
  }
  return checked / communicator.size;
}

function allgather(communicator: Communicator): number {
  const { rank, size } = communicator;
  for (const type of typeNames) {
    const [own, all] = [types[type](13), types[type](13 * size)];
    fill(own, rank, 4);
    communicator.allgather(own, all, type).run(4);
    expectElements(`allgather of ${type}`, all, (i) => element(Math.floor(i / 13), i % 13, 4));
  }
  return typeNames.length;
}

/** Arrays in an engine's memory, at odd places, larger than what travels in one piece. */
function engineMemory(communicator: Communicator): number {
  const { rank, size } = communicator;
  const memory = new WebAssembly.Memory({ initial: 40, maximum: 65536, shared: true });
  const values = new Float32Array(memory.buffer, 4 * 17, 100_001);
  memory.grow(20);
  const operation = communicator.allreduce(values, 'sum', 'in the engine');
  for (const step of [1, 2, 3]) {
    fill(values, rank, step);
    operation.run(step);
    expectElements('engine memory', values, reduced('sum', size, step));
  }
  return 3;
}

/** Many operations in flight, finished in another order than they were started in. */
function nonBlocking(communicator: Communicator): number {
  const { rank, size } = communicator;
  const arrays = ranksOf(100).map((i) => types.float64(50 + i));
  const operations = arrays.map((values, i) => communicator.allreduce(values, 'sum', `part ${i}`));
  for (const step of [1, 2]) {
    for (const [i, operation] of operations.entries()) {
      fill(arrays[i], rank, step);
      operation.start(step);
    }
    while (!operations[3].test());
    for (const operation of operations.toReversed()) operation.wait();
    for (const values of arrays) {
      expectElements('non-blocking', values, reduced('sum', size, step));
    }
  }
  communicator.barrier('all there').run(2);
  return operations.filter((operation) => operation.test()).length;
}

/** Buckets of at most so many elements. */
export function cut(count: number, most: number): { begin: number; end: number }[] {
  const begins = Array.from({ length: Math.ceil(count / most) }, (_, i) => i * most);
  return begins.map((begin) => ({ begin, end: Math.min(count, begin + most) }));
}

/** Numbers of very different magnitudes: another order of addition gives other bits. */
function unitGradient(unit: number, i: number, step: number): number {
  const angle = Math.sin(unit * 12.9898 + i * 78.233 + step * 37.719) * 43758.5453;
  return Math.fround((angle - Math.floor(angle) - 0.5) * 10 ** ((unit * 3 + i) % 7));
}

function reduce(communicator: Communicator, units: number, options: { mode: 'exact' | 'fast'; compression?: 'bf16' }) {
  const { rank, size } = communicator;
  const elements = 503;
  const gradient = sharedFloats(elements);
  const partials = Array.from({ length: partialSums(units, rank, size, options.mode) }, () => sharedFloats(elements));
  const reduction = new GradientReduction({
    ...options,
    communicator,
    units,
    gradient,
    partials,
    buckets: cut(elements, 125),
  });
  const scalars = new ScalarReduction(communicator, units, 2, options.mode);
  const { begin, end } = unitsOfRank(units, rank, size);
  const hash = createHash('sha256');
  for (const step of [1, 2]) {
    reduction.begin(step);
    scalars.begin(step);
    for (let unit = begin; unit < end; unit++) {
      for (let i = 0; i < elements; i++) gradient[i] = unitGradient(unit, i, step);
      if (step === 1) reduction.add();
      else {
        for (const bucket of reduction.buckets.keys()) {
          reduction.addBucket(bucket);
          reduction.progress();
        }
      }
      scalars.add(0, unitGradient(unit, 7, step) * 1.1);
      scalars.add(1, unit);
    }
    reduction.flush();
    scalars.start();
    reduction.finish();
    scalars.finish();
    if (scalars.total(1) !== (units * (units - 1)) / 2) throw new Error(`scalars: ${scalars.total(1)}`);
    hash.update(new Uint8Array(reduction.total.slice().buffer));
    hash.update(new Uint8Array(Float64Array.of(scalars.total(0)).buffer));
    checkClose(reduction.total, units, step, options.compression ? 2 ** -7 : 2 ** -20);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Error of a sum, at most: one rounding of the sum of magnitudes for each of the additions. */
function checkClose(total: Float32Array, units: number, step: number, rounding: number): void {
  for (let i = 0; i < total.length; i++) {
    let sum = 0;
    let magnitude = 0;
    for (let unit = 0; unit < units; unit++) {
      sum += unitGradient(unit, i, step);
      magnitude += Math.abs(unitGradient(unit, i, step));
    }
    const bound = rounding * magnitude;
    if (Math.abs(total[i] - sum) > bound) throw new Error(`element ${i} is ${total[i]}, not ${sum}`);
  }
}

/** The same digests on any number of ranks. */
function exact(communicator: Communicator): string[] {
  return [4, 5, 7, 8, 13].map((units) => reduce(communicator, units, { mode: 'exact' }));
}

/** Ranks among themselves agree to the bit. */
function fast(communicator: Communicator): string[] {
  return [reduce(communicator, 8, { mode: 'fast' }), reduce(communicator, 7, { mode: 'fast', compression: 'bf16' })];
}

function noDrift(communicator: Communicator): string {
  const data = sharedFloats(100).fill(0.5);
  new DriftCheck(communicator, [{ name: 'dense/kernel', data }]).run(10);
  return 'no drift';
}

export const healthy = {
  allreduce,
  broadcast,
  allgather,
  engineMemory,
  nonBlocking,
  exact,
  fast,
  noDrift,
} as const satisfies Record<string, Scenario>;

/** @returns the message of the error that `work` ends with */
function messageOf(work: () => void): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
}

/** Each ends the group: one launch for one scenario. The last rank is the one that goes wrong. */
const faulty = {
  drift(communicator) {
    const tensors = ['conv/kernel', 'dense/kernel', 'dense/bias'].map((name) => ({ name, data: sharedFloats(50) }));
    if (communicator.rank === communicator.size - 1) tensors[1].data[49] = 1e-30;
    return messageOf(() => new DriftCheck(communicator, tensors).run(10));
  },
  otherOperation(communicator) {
    const values = sharedFloats(10);
    const isLast = communicator.rank === communicator.size - 1;
    communicator.allreduce(values, 'sum', 'gradient bucket 0').run(1);
    return messageOf(() => {
      if (isLast) communicator.broadcast(values, 0, 'parameters').run(2);
      else communicator.allreduce(values, 'sum', 'gradient bucket 0').run(2);
    });
  },
  otherSize(communicator) {
    const values = sharedFloats(communicator.rank === communicator.size - 1 ? 11 : 10);
    return messageOf(() => communicator.allreduce(values, 'sum', 'gradient bucket 0').run(3));
  },
  otherName(communicator) {
    const isLast = communicator.rank === communicator.size - 1;
    return messageOf(() => communicator.barrier(isLast ? 'checkpoint' : 'evaluation').run(3));
  },
  /** the last rank comes to step 1 and is then busy with something else until the others have given up */
  late(communicator) {
    const values = sharedFloats(10);
    const bucket = communicator.allreduce(values, 'sum', 'gradient bucket 2');
    bucket.run(1);
    if (communicator.rank === communicator.size - 1) pause(3000);
    return messageOf(() => bucket.run(2));
  },
  abort(communicator) {
    const last = communicator.barrier('before');
    last.run(1);
    if (communicator.rank === communicator.size - 1) {
      communicator.abort('the disk is full');
      return messageOf(() => last.run(2));
    }
    return messageOf(() => last.run(2));
  },
  crash(communicator) {
    const barrier = communicator.barrier('step');
    barrier.run(1);
    if (communicator.rank === communicator.size - 1) throw new Error('out of luck');
    return messageOf(() => barrier.run(2));
  },
  /** a promise that nobody caught */
  async rejection(communicator) {
    const barrier = communicator.barrier('step');
    barrier.run(1);
    if (communicator.rank === communicator.size - 1) {
      void Promise.reject(new Error('forgotten'));
      await new Promise((resolve) => setTimeout(resolve, 5000));
    }
    return messageOf(() => barrier.run(2));
  },
  /** more than the heap that the test allows */
  memory(communicator) {
    const barrier = communicator.barrier('step');
    barrier.run(1);
    const hoard: number[][] = [];
    while (communicator.rank === communicator.size - 1) hoard.push(new Array<number>(1000).fill(hoard.length));
    return messageOf(() => barrier.run(2));
  },
  async exit(communicator) {
    const barrier = communicator.barrier('step');
    barrier.run(1);
    if (communicator.rank === communicator.size - 1) process.exit(3);
    return messageOf(() => barrier.run(2));
  },
  drifting: async (communicator) => (await import('./training.ts')).drifting(communicator),
  losing: async (communicator) => (await import('./training.ts')).losing(communicator),
  /** the signal is sent by the test, to the process whose id is printed */
  endless(communicator) {
    const values = sharedFloats(10);
    const bucket = communicator.allreduce(values, 'sum', 'gradient bucket 1');
    return messageOf(() => {
      for (let step = 1; step < 100_000; step++) {
        bucket.run(step);
        if (step === 5) process.stdout.write(`ready ${communicator.rank} ${process.pid}\n`);
        pause(1);
      }
    });
  },
} as const satisfies Record<string, Scenario>;

/** What networks do, and end as they should. */
const networks: Record<string, Scenario> = {
  mixed: async (communicator) => (await import('./training.ts')).mixed(communicator),
  predicting: async (communicator) => (await import('./predicting.ts')).predicting(communicator),
};

export const scenarios: Record<string, Scenario> = { ...healthy, ...faulty, ...networks };

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
