/** The compiled WebAssembly of the best build that this machine runs; compiled once per thread. */
import { base, relaxed } from './generated/modules.ts';
import type { WasmExports } from './exports.ts';

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

const modules = new Map<Build, WebAssembly.Module>();

function moduleOf(build: Build): WebAssembly.Module {
  let module = modules.get(build);
  if (!module) {
    const text = atob(build === 'base' ? base : relaxed);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    module = new WebAssembly.Module(bytes);
    modules.set(build, module);
  }
  return module;
}

export function instantiate(build: Build, memory: WebAssembly.Memory): WasmExports {
  const instance = new WebAssembly.Instance(moduleOf(build), { env: { memory } });
  return instance.exports as unknown as WasmExports;
}
