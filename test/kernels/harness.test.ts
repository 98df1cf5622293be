/** The harness must see what it is there to see: engines with one fault each. */
import { expect, test, vi } from 'vitest';
import type { KernelCall, KernelContext, KernelsFactory } from '../../src/kernels/index.ts';
import { referenceKernels } from '../../src/kernels/reference/index.ts';
import { type Case, exact, makeCase } from './case.ts';
import { firstDifference } from './compare.ts';
import { loadEngine } from './engines.ts';
import { f32 } from './generate.ts';
import { Bench } from './harness.ts';

type Fault = (memory: DataView, call: KernelCall, context: KernelContext, runs: number) => void;

/** The reference engine, and a fault behind each run. */
function faulty(fault: Fault, scratchBytes = 0): KernelsFactory {
  return {
    ...referenceKernels,
    create(memory) {
      const kernels = referenceKernels.create(memory);
      const view = new DataView(memory.buffer);
      return {
        ...kernels,
        scratchBytes: () => scratchBytes,
        compile(call, context) {
          const run = kernels.compile(call, context);
          let runs = 0;
          return () => {
            run();
            fault(view, call, context, runs++);
          };
        },
      };
    },
  };
}

const tested = makeCase('negate', {}, [f32([5], [1, 2, 3, 4, 5])], exact);

test.each<[string, Fault, string]>([
  [
    'a store past the end of the output',
    (memory, { outputs }) => memory.setFloat32(outputs[0].offset + 20, 0, true),
    'a byte that belongs to nobody was changed, at 20 from the start of output 0 (20 bytes)',
  ],
  [
    'a store in front of the output',
    (memory, { outputs }) => memory.setUint8(outputs[0].offset - 1, 0),
    'a byte that belongs to nobody was changed, at -1 from the start of output 0 (20 bytes)',
  ],
  [
    'a changed input',
    (memory, { inputs }) => memory.setUint8(inputs[0].offset + 8, 7),
    'input 0 was changed at byte 8',
  ],
  [
    'a changed control block',
    (memory, _call, { control }) => memory.setUint32(control + 8, 7, true),
    'the control block was changed at byte 8',
  ],
  [
    'results that depend on the run',
    (memory, { outputs }, _context, runs) => memory.setFloat32(outputs[0].offset, runs, true),
    'a second run gives other bits',
  ],
])('the harness sees %s', (_name, fault, message) => {
  expect(new Bench(faulty(fault)).run(tested).faults).toEqual([message]);
});

test('the harness sees bfloat16 that is cut off and not rounded', () => {
  const exactly: Case = { ...makeCase('negate', {}, [f32([2], [1, 1 + 2 ** -8 + 2 ** -20])], exact), stored: ['bf16'] };
  const cut: Fault = (memory, { inputs, outputs }) =>
    memory.setUint16(outputs[0].offset + 2, memory.getUint16(inputs[0].offset + 6, true) ^ 0x8000, true);
  const [expected] = new Bench(referenceKernels).run(exactly).outputs;
  const { outputs, faults } = new Bench(faulty(cut)).run(exactly);
  expect(faults).toEqual([]);
  expect(firstDifference(outputs[0], expected, 'exact')).toBe('element 1 of 2 is -1, expected -1.0078125 exactly');
});

test('the harness sees a compile that writes', () => {
  const factory: KernelsFactory = {
    ...referenceKernels,
    create(memory) {
      const kernels = referenceKernels.create(memory);
      return {
        ...kernels,
        compile(call, context) {
          new Uint8Array(memory.buffer)[call.outputs[0].offset] = 0;
          return kernels.compile(call, context);
        },
      };
    },
  };
  expect(new Bench(factory).run(tested).faults).toEqual(['compile wrote into memory']);
});

test('scratch may be written, as far as it was asked for', () => {
  const write: Fault = (memory, _call, { scratch }) => memory.setFloat32(scratch + 12, 1, true);
  expect(new Bench(faulty(write, 16)).run(tested).faults).toEqual([]);
  expect(new Bench(faulty(write, 8)).run(tested).faults).toHaveLength(1);
});

test('a store past the end of the memory throws', () => {
  const fault: Fault = (memory, { inputs }) => memory.getFloat32(inputs[0].offset + 64 * 1024 * 1024, true);
  expect(() => new Bench(faulty(fault)).run(tested)).toThrow(RangeError);
});

test('an element that nobody wrote is NaN, and NaN is a difference', () => {
  const got = f32([3], [1, Number.NaN, 3]);
  const expected = f32([3], [1, 2, 3]);
  expect(firstDifference(got, expected, 'exact')).toBe('element 1 of 3 is NaN, expected 2 exactly');
  const bound = { magnitude: [1, 2, 3], relative: 1e-5, absolute: 0 };
  expect(firstDifference(got, expected, bound)).toBe('element 1 of 3 is NaN, expected 2 within 0.0000200');
  expect(firstDifference(f32([1], [1.00002]), f32([1], [1]), bound)).toContain('expected 1 within 0.0000100');
  expect(firstDifference(f32([1], [Number.POSITIVE_INFINITY]), f32([1], [1]), bound)).toContain('is Infinity');
  expect(firstDifference(f32([1], [1]), f32([1], [Number.NaN]), 'nan')).toContain('expected NaN');
  expect(firstDifference(f32([1], [5]), f32([1], [1]), 'nan')).toBeNull();
});

test('an engine that is not there is skipped with its reason, and fails where everything must run', async () => {
  const absent = { name: 'absent', load: () => Promise.resolve(null), skipReason: 'nobody built it', required: true };
  vi.stubEnv('CI', '');
  expect(await loadEngine(absent)).toMatchObject({ title: 'absent (skipped: nobody built it)', skipped: true });
  vi.stubEnv('CI', 'true');
  const loaded = await loadEngine(absent);
  expect(loaded).toMatchObject({ title: 'absent', skipped: false });
  expect(() => loaded.create()).toThrowErrorMatchingInlineSnapshot(
    `[Error: the engine absent is missing: nobody built it]`,
  );
  expect(await loadEngine({ ...absent, required: false })).toMatchObject({ skipped: true });
  vi.unstubAllEnvs();
});
