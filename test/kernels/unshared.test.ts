import binaryen from 'assemblyscript/binaryen';
import { describe, expect, it } from 'vitest';
import { type Build, binaryOf, isAvailable } from '../../src/kernels/wasm/module.ts';
import { unshared } from '../../src/kernels/wasm/unshared.ts';
// turns on what Node 20 has of relaxed SIMD
import './engines.ts';

const builds: readonly Build[] = ['base', 'relaxed'];

const memory = (shared: boolean) => new WebAssembly.Memory({ initial: 1, maximum: 65536, shared });

/** The atomic instructions of a module, by name. */
function atomics(binary: Uint8Array): string[] {
  const module = binaryen.readBinary(binary);
  const found = module.emitText().match(/[a-z0-9.]*atomic[a-z0-9._]*/g) ?? [];
  module.dispose();
  return found;
}

/** The bytes of a text. */
const text = (value: string): number[] => [value.length, ...new TextEncoder().encode(value)];

/** A module with nothing but a custom section of `padding` bytes and these imports. */
function importing(padding: number, ...imports: number[][]): Uint8Array<ArrayBuffer> {
  const custom = [...text('x'), ...new Array<number>(padding).fill(0)];
  const list = [imports.length, ...imports.flat()];
  const size = (bytes: number): number[] => [(bytes & 0x7f) | 0x80, bytes >> 7];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...[0x00, ...size(custom.length), ...custom],
    // one type: () -> ()
    ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00],
    ...[0x02, ...size(list.length), ...list],
  ]);
}

const names = [...text('env'), ...text('it')];
const imported = {
  function: [...names, 0x00, 0x00],
  table: [...names, 0x01, 0x70, 0x01, 0x80, 0x02, 0x80, 0x04],
  global: [...names, 0x03, 0x7f, 0x00],
  sharedMemory: [...names, 0x02, 0x03, 0x01, 0x80, 0x80, 0x04],
  memory: [...names, 0x02, 0x01, 0x01, 0x02],
};

describe('unshared', () => {
  it.each(builds)('changes one byte of the %s build', (build) => {
    const binary = binaryOf(build);
    const changed = unshared(binary);
    const places = [...binary.keys()].filter((i) => binary[i] !== changed[i]);
    expect(places.map((i) => [binary[i], changed[i]])).toEqual([[3, 1]]);
    expect(changed).toHaveLength(binary.length);
  });

  it.each(builds.filter(isAvailable))('leaves a %s build for unshared memory and for no other', (build) => {
    const make = (binary: Uint8Array<ArrayBuffer>, shared: boolean) =>
      new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory: memory(shared) } });
    const binary = binaryOf(build);
    expect(Object.keys(make(unshared(binary), false).exports)).toEqual(Object.keys(make(binary, true).exports));
    expect(() => make(binary, false)).toThrow(WebAssembly.LinkError);
    expect(() => make(unshared(binary), true)).toThrow(WebAssembly.LinkError);
  });

  it.each(builds)('has no atomic instruction of the %s build to care for', (build) => {
    expect(atomics(binaryOf(build))).toEqual([]);
  });

  it('would not miss one', () => {
    const waits = '(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 0)))';
    const adds = '(drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))';
    const module = binaryen.parseText(`(module (memory 1 1 shared) (func ${waits} ${adds}))`);
    module.setFeatures(binaryen.Features.All);
    expect(atomics(module.emitBinary())).toEqual(['memory.atomic.wait32', 'i32.atomic.rmw.add']);
  });

  it('finds the memory behind other imports and other sections', () => {
    const { table, global, sharedMemory } = imported;
    const binary = importing(300, imported.function, table, global, sharedMemory);
    expect(WebAssembly.validate(binary)).toBe(true);
    const changed = unshared(binary);
    expect(WebAssembly.validate(changed)).toBe(true);
    expect(changed.indexOf(3, binary.length - 5)).toBe(-1);
    expect([...changed.slice(-5)]).toEqual([1, 1, 0x80, 0x80, 4]);
  });

  it('refuses a module without a shared memory', () => {
    const expected = 'the module imports no shared memory';
    expect(() => unshared(importing(1, imported.memory))).toThrow(expected);
    expect(() => unshared(importing(1, imported.global))).toThrow(expected);
    expect(() => unshared(Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]))).toThrow(expected);
  });
});
