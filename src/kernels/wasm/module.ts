/** The compiled WebAssembly of the best build that this machine runs; compiled once per thread, when it is first used. */
import { isShared } from '../memory.ts';
import { base, relaxed } from './generated/modules.ts';
import type { WasmExports } from './exports.ts';
import { unshared } from './unshared.ts';

/**
 * (module (func (param v128 v128 v128) (result v128) local.get 0 local.get 1 local.get 2 f32x4.relaxed_madd))
 */
const relaxedProbe = new Uint8Array([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x08, 0x01, 0x60, 0x03, 0x7b, 0x7b, 0x7b, 0x01, 0x7b],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x0a, 0x0d, 0x01, 0x0b, 0x00, 0x20, 0x00, 0x20, 0x01, 0x20, 0x02, 0xfd, 0x85, 0x02, 0x0b],
]);

export type Build = 'base' | 'relaxed';

/** Whether the build runs here: relaxed SIMD came with Node 22 and the browsers of 2024. */
export function isAvailable(build: Build): boolean {
  return build === 'base' || WebAssembly.validate(relaxedProbe);
}

const modules = new Map<string, WebAssembly.Module>();

function moduleOf(build: Build, forShared: boolean): WebAssembly.Module {
  const key = `${build} ${forShared}`;
  let module = modules.get(key);
  if (!module) {
    const binary = binaryOf(build);
    module = new WebAssembly.Module(forShared ? binary : unshared(binary));
    modules.set(key, module);
  }
  return module;
}

/** A build as it was compiled: for shared memory. */
export function binaryOf(build: Build): Uint8Array<ArrayBuffer> {
  return decode(build === 'base' ? base : relaxed);
}

/** Base64 to bytes: everywhere, and without the 40 ms that `atob` takes for this in Node 20. */
function decode(text: string): Uint8Array<ArrayBuffer> {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const values = new Uint8Array(128);
  for (let i = 0; i < 64; i++) values[alphabet.charCodeAt(i)] = i;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  const sextet = (i: number) => values[text.charCodeAt(i)]!;
  for (let i = 0, at = 0; i < text.length; i += 4, at += 3) {
    const word = (sextet(i) << 18) | (sextet(i + 1) << 12) | (sextet(i + 2) << 6) | sextet(i + 3);
    // a store past the end of a typed array does nothing, which is what the padding needs
    bytes[at] = word >> 16;
    bytes[at + 1] = word >> 8;
    bytes[at + 2] = word;
  }
  return bytes;
}

/** The build's kernels on a memory, shared or not. */
export function instantiate(build: Build, memory: WebAssembly.Memory): WasmExports {
  const instance = new WebAssembly.Instance(moduleOf(build, isShared(memory.buffer)), { env: { memory } });
  return instance.exports as unknown as WasmExports;
}
