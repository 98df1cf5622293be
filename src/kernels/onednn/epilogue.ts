import type { Activation } from '../../graph/index.ts';
import { type WasmExports, activationCodes } from '../wasm/index.ts';
import type { Geometry } from './geometry.ts';

type InPlace = (pointer: number, elements: number) => void;

/** The activation on elements in place, NaN kept; null for none. */
export function activationInPlace(wasm: WasmExports, activation: Activation): InPlace | null {
  if (activation === 'none') return null;
  const kernel = wasm[activation];
  return (pointer, elements) => kernel(pointer, pointer, elements);
}

/**
 * What becomes of one example's map: y and indices by activation and pooling. Without pooling y is the map, in place.
 * @returns null where nothing is left to do
 */
export function epilogueOf(
  wasm: WasmExports,
  geometry: Geometry,
  activation: Activation,
): ((y: number, indices: number, map: number) => void) | null {
  const { pool, mapHeight, mapWidth, mapSize, outputs } = geometry;
  const activate = activationInPlace(wasm, activation);
  if (!pool) return activate && ((_y, _indices, map) => activate(map, mapSize));
  const { height, width, window, strides, top, left } = pool;
  const windows = windowsOfFour(geometry);
  if (windows && isRectifiedOrPlain(activation)) {
    const { poolWindows } = wasm;
    const rectify = Number(activation === 'relu');
    return (y, indices, map) => poolWindows(y, indices, map, height, width, outputs, ...windows.places, rectify);
  }
  const { maxPool } = wasm;
  const operands = [1, mapHeight, mapWidth, outputs, height, width, ...window, ...strides, top, left] as const;
  return (y, indices, map) => {
    activate?.(map, mapSize);
    maxPool(y, indices, map, ...operands);
  };
}

/**
 * The way back: dz of one example's map from dy of its y, and the sums of dz over the positions for the bias; `slope` is
 * scratch of y's size.
 */
export function spreadOf(
  wasm: WasmExports,
  geometry: Geometry,
  activation: Activation,
): (dz: number, dy: number, y: number, indices: number, slope: number, sums: number) => void {
  const { pool, mapHeight, mapWidth, mapSize, ySize, outputs } = geometry;
  const { activationGradient, clear, sum, rectifyGradient, unpoolWindows, maxPoolBackward } = wasm;
  const rows = ySize / outputs;
  const windows = windowsOfFour(geometry);
  if (windows && isRectifiedOrPlain(activation)) {
    const { height, width } = pool!;
    const { places, covered } = windows;
    const rectify = Number(activation === 'relu');
    return (dz, dy, y, indices, _slope, sums) => {
      clear(sums, outputs * 4);
      clear(dz + covered, mapSize * 4 - covered);
      unpoolWindows(dz, dy, y, indices, height, width, outputs, ...places, rectify, sums);
    };
  }
  if (!pool && activation === 'relu' && outputs % 4 === 0) {
    return (dz, dy, y, _indices, _slope, sums) => {
      clear(sums, outputs * 4);
      rectifyGradient(dz, dy, y, rows, outputs, sums);
    };
  }
  const code = activationCodes[activation];
  if (!pool) {
    return (dz, dy, y, _indices, _slope, sums) => {
      activationGradient(code, dz, dy, y, ySize);
      sum(sums, dz, rows, outputs, 1);
    };
  }
  const { height, width, window, strides, top, left } = pool;
  const operands = [1, mapHeight, mapWidth, outputs, height, width, window[1], ...strides, top, left] as const;
  return (dz, dy, y, indices, slope, sums) => {
    activationGradient(code, slope, dy, y, ySize);
    maxPoolBackward(dz, slope, indices, ...operands);
    sum(sums, slope, rows, outputs, 1);
  };
}

/** Bytes from a window's first place to the others, to the next window and to the next row of windows. */
type Places = readonly [b: number, c: number, d: number, step: number, rowStep: number];

/**
 * Where pooling cuts the map into windows of four places side by side, and channels come in fours: 2 x 2 with nothing over, or
 * 1 x 4 of a signal, which may have some over at its end.
 * @returns null for other windows; `covered`: bytes of the map that lie in windows
 */
function windowsOfFour(geometry: Geometry): { readonly places: Places; readonly covered: number } | null {
  const { pool, mapHeight, mapWidth, mapSize, outputs } = geometry;
  if (pool === null || outputs % 4 !== 0) return null;
  const [pixel, row] = [outputs * 4, mapWidth * outputs * 4];
  const isOf = (height: number, width: number) =>
    [pool.window, pool.strides].every((extents) => extents[0] === height && extents[1] === width);
  if (isOf(2, 2) && pool.height * 2 === mapHeight && pool.width * 2 === mapWidth) {
    return { places: [pixel, row, row + pixel, 2 * pixel, 2 * row], covered: mapSize * 4 };
  }
  if (isOf(1, 4) && mapHeight === 1 && pool.left === 0 && pool.width * 4 <= mapWidth) {
    return { places: [pixel, 2 * pixel, 3 * pixel, 4 * pixel, row], covered: pool.width * 4 * pixel };
  }
  return null;
}

function isRectifiedOrPlain(activation: Activation): boolean {
  return activation === 'relu' || activation === 'none';
}
