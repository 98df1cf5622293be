import type { Activation } from '../../graph/index.ts';
import type { WasmExports } from '../wasm/index.ts';
import type { Geometry } from './geometry.ts';

type InPlace = (pointer: number, elements: number) => void;

/** The activation on elements in place, NaN kept; null for none. */
export function activationInPlace(wasm: WasmExports, activation: Activation): InPlace | null {
  if (activation === 'none') return null;
  const kernel = wasm[activation];
  return (pointer, elements) => kernel(pointer, pointer, elements);
}

/** Max pooling of one example's map into y and indices. */
export function poolMap(wasm: WasmExports, geometry: Geometry): (y: number, indices: number, map: number) => void {
  const { mapHeight, mapWidth, outputs } = geometry;
  const { height, width, window, strides, top, left } = geometry.pool!;
  const { maxPool } = wasm;
  const operands = [1, mapHeight, mapWidth, outputs, height, width, ...window, ...strides, top, left] as const;
  return (y, indices, map) => maxPool(y, indices, map, ...operands);
}

/** The gradient of one example's map from that of its pooled one. */
export function unpoolMap(wasm: WasmExports, geometry: Geometry): (dz: number, dy: number, indices: number) => void {
  const { mapHeight, mapWidth, outputs } = geometry;
  const { height, width, window, strides, top, left } = geometry.pool!;
  const { maxPoolBackward } = wasm;
  const operands = [1, mapHeight, mapWidth, outputs, height, width, window[1], ...strides, top, left] as const;
  return (dz, dy, indices) => maxPoolBackward(dz, dy, indices, ...operands);
}
