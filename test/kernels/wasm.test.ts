/** What the contract does not ask: the module's own bytes, tier and build, allocation, determinism over builds. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ConvolutionAttributes, type TensorType, inferTypes, sizeOf } from '../../src/graph/index.ts';
import { type BufferView, type KernelCall, control } from '../../src/kernels/index.ts';
import { isAvailable, wasmBuilds, wasmKernels } from '../../src/kernels/wasm/index.ts';

const room = join(import.meta.dirname, '../../src/kernels/wasm');

function memoryOf(pages: number): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

const f32 = (...shape: number[]): TensorType => ({ shape, dtype: 'f32' });

/** Lays a call's buffers out one after the other and fills the float inputs by a fixed sequence. */
function place(memory: WebAssembly.Memory, operands: readonly TensorType[], results: readonly TensorType[]) {
  let next = wasmKernels.firstFreeByte + control.bytes;
  const views = [...operands, ...results].map((type): BufferView => {
    const offset = next;
    next = Math.ceil((next + 4 * sizeOf(type.shape)) / 64) * 64;
    return { ...type, offset };
  });
  for (const [i, { offset, shape }] of views.slice(0, operands.length).entries()) {
    const values = new Float32Array(memory.buffer, offset, sizeOf(shape));
    for (let j = 0; j < values.length; j++) values[j] = ((((i + 1) * 7919 + j) * 2654435761) % 2001) / 1000 - 1;
  }
  return { inputs: views.slice(0, operands.length), outputs: views.slice(operands.length), end: next };
}

const attributes: ConvolutionAttributes = {
  strides: [1, 1],
  dilations: [1, 1],
  padding: 'SAME',
  bias: true,
  activation: 'relu',
  pool: { window: [2, 2], strides: [2, 2], padding: 'SAME' },
};

function flipoutCall(memory: WebAssembly.Memory) {
  const operands = [f32(4, 28, 28, 1), f32(5, 5, 1, 64), f32(5, 5, 1, 64), f32(4, 1), f32(4, 64), f32(64)];
  const results = inferTypes('flipoutConv2d', operands, attributes);
  const { inputs, outputs, end } = place(memory, operands, results);
  const call: KernelCall = { operation: 'flipoutConv2d', attributes, inputs, outputs };
  return { call, context: { control: wasmKernels.firstFreeByte, scratch: end }, end };
}

test('the module writes only below firstFreeByte when it is created', () => {
  const memory = memoryOf(1);
  const bytes = new Uint8Array(memory.buffer).fill(0xa5);
  wasmKernels.create(memory);
  expect(bytes.subarray(wasmKernels.firstFreeByte).every((byte) => byte === 0xa5)).toBe(true);
});

test('the description names the build that runs here', () => {
  const expected = isAvailable('relaxed') ? 'wasm, 128-bit SIMD, relaxed' : 'wasm, 128-bit SIMD';
  expect(wasmKernels.create(memoryOf(1)).description).toBe(expected);
  expect(wasmBuilds.base.create(memoryOf(1)).description).toBe('wasm, 128-bit SIMD');
});

test('the room uses nothing of Node, so that it loads in a browser', () => {
  const sources = readdirSync(room, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.startsWith('assembly'),
  );
  expect(sources.length).toBeGreaterThan(8);
  const offenders = sources.filter((name) =>
    /from 'node:|\bprocess\.|\bBuffer\b|\brequire\(/.test(readFileSync(join(room, name), 'utf8')),
  );
  expect(offenders).toEqual([]);
});

describe('a flipout convolution of MNIST', () => {
  test('gives the same bits in two instances, and when it is run again', () => {
    const results = [0, 1].map(() => {
      const memory = memoryOf(64);
      const { call, context } = flipoutCall(memory);
      const run = wasmKernels.create(memory).compile(call, context);
      run();
      // enough for the optimising compiler to take over
      for (let i = 0; i < 200; i++) run();
      return call.outputs.map(({ offset, shape, dtype }) =>
        new Uint8Array(memory.buffer).slice(offset, offset + sizeOf(shape) * (dtype === 'u8' ? 1 : 4)),
      );
    });
    expect(results[0]).toEqual(results[1]);
  });

  test('keeps a NaN of one pixel visible through bias, relu and pooling', () => {
    const memory = memoryOf(64);
    const { call, context } = flipoutCall(memory);
    const run = wasmKernels.create(memory).compile(call, context);
    // pixel (14, 14) of the second example
    new Float32Array(memory.buffer, call.inputs[0]!.offset)[784 + 14 * 28 + 14] = NaN;
    run();
    const y = new Float32Array(memory.buffer, call.outputs[0]!.offset, 4 * 14 * 14 * 64);
    const bad = (example: number) =>
      y.subarray(example * 12544, (example + 1) * 12544).reduce((count, v) => count + (Number.isNaN(v) ? 1 : 0), 0);
    // rows and columns 12 to 16 of the map see it: pooled rows and columns 6 to 8, in all 64 channels
    expect([0, 1, 2, 3].map(bad)).toEqual([0, 9 * 64, 0, 0]);
  });

  test('allocates nothing when it runs', () => {
    const memory = memoryOf(64);
    const { call, context } = flipoutCall(memory);
    const run = wasmKernels.create(memory).compile(call, context);
    const many = (count: number) => {
      for (let i = 0; i < count; i++) run();
      return process.memoryUsage().heapUsed;
    };
    many(100);
    // a call that allocated but one number of 16 bytes would show 24 KB in 1500 runs; the two measurements of memory
    // and the tiers' bookkeeping stay below that in the best of several tries
    const growth = Array.from({ length: 5 }, () => -many(0) + many(1500));
    expect(Math.min(...growth)).toBeLessThan(20_000);
  });
});

describe('a product with one column, or of depth one', () => {
  const views = (memory: WebAssembly.Memory, view: BufferView) =>
    new Float32Array(memory.buffer, view.offset, sizeOf(view.shape));

  /** op(A) op(B) with B as given, one element after the other in `values`. */
  function product(a: number[], b: number[], transposeA: boolean, values: readonly Float32Array[]): Float32Array {
    const memory = memoryOf(16);
    const operands = [f32(...a), f32(...b)];
    const attributes = { transposeA, transposeB: false };
    const { inputs, outputs, end } = place(memory, operands, inferTypes('matmul', operands, attributes));
    const call: KernelCall = { operation: 'matmul', attributes, inputs, outputs };
    const run = wasmKernels.create(memory).compile(call, { control: wasmKernels.firstFreeByte, scratch: end });
    for (const [i, view] of inputs.entries()) views(memory, view).set(values[i]!);
    run();
    return views(memory, outputs[0]!).slice();
  }

  const noise = (count: number, from: number) =>
    Float32Array.from({ length: count }, (_, i) => ((((from + i) * 2654435761) >>> 0) % 20011) / 10007 - 1);

  test.each([
    [1, 1],
    [5, 3],
    [32, 50],
    [50, 32],
    [37, 129],
    [3, 512],
  ])('of %i x %i has the bits of the same column among others', (m, k) => {
    for (const transposeA of [false, true]) {
      const a = noise(m * k, 7);
      const b = noise(k, 11);
      const among = Float32Array.from({ length: 3 * k }, (_, i) => (i % 3 === 1 ? b[(i - 1) / 3]! : -i));
      const shape = transposeA ? [k, m] : [m, k];
      const alone = product(shape, [k, 1], transposeA, [a, b]);
      const column = product(shape, [k, 3], transposeA, [a, among]).filter((_, i) => i % 3 === 1);
      expect(alone).toEqual(column);
    }
  });

  test('of depth one has the bits of the same product with zeros behind', () => {
    const [m, n] = [9, 37];
    const [a, b] = [noise(m, 3), noise(n, 5)];
    const deeper = Float32Array.from({ length: 2 * m }, (_, i) => (i % 2 === 0 ? a[i / 2]! : 0));
    const behind = new Float32Array(2 * n);
    behind.set(b);
    expect(product([m, 1], [1, n], false, [a, b])).toEqual(product([m, 2], [2, n], false, [deeper, behind]));
  });
});
