import { type Vectors, type WasmExports, activationCodes } from '../wasm/index.ts';
import type { NativeName } from './functions.ts';
import type { NativeLibrary } from './library.ts';

const { relu } = activationCodes;

/** Below so many elements a call costs more than it saves (57 to 122 ns through koffi): by shape alone, the same everywhere. */
const least = { noise: 256, functions: 128, update: 512, maps: 1024, signs: 512, products: 2048 } as const;

/** What kernels.c wants of its scratch: a block of a panel, DEPTH * 2 LANES floats of the widest vectors. */
const panelBytes = 512 * 32 * 4;

/** The kernels of a library in place of those of the wasm module. */
export function nativeVectors(library: NativeLibrary): Vectors {
  return { description: `native ${library.level}`, over: (wasm, memory) => withVectors(wasm, memory, library) };
}

/**
 * The wasm module's functions on a memory, of which those that pay are native. The signatures stay: offsets become addresses
 * here, each only where the whole operand lies within the memory.
 * @throws RangeError from a call with an operand that does not
 */
function withVectors(wasm: WasmExports, memory: WebAssembly.Memory, library: NativeLibrary): WasmExports {
  const { functions: native } = library;
  // a memory may grow, and move, until calls are compiled: looked up when the first one runs
  let base = 0;
  let bytes = 0;
  const at = (offset: number, size: number): number => {
    if (offset + size > bytes || offset < 0) {
      const { buffer } = memory;
      base = library.addressOf(new Uint8Array(buffer, 0, 1));
      bytes = buffer.byteLength;
      if (offset + size > bytes || !(offset >= 0)) {
        throw new RangeError(`${size} bytes at ${offset} lie outside the memory of ${bytes} bytes`);
      }
    }
    return base + offset;
  };
  const own: Pick<WasmExports, NativeName | 'matmulScratch'> = {
    exp(y, x, n) {
      if (n < least.functions) wasm.exp(y, x, n);
      else native.exp(at(y, 4 * n), at(x, 4 * n), n);
    },
    log(y, x, n) {
      if (n < least.functions) wasm.log(y, x, n);
      else native.log(at(y, 4 * n), at(x, 4 * n), n);
    },
    softplusScale(scale, derivative, x, n, offset) {
      if (n < least.functions) wasm.softplusScale(scale, derivative, x, n, offset);
      else native.softplusScale(at(scale, 4 * n), at(derivative, 4 * n), at(x, 4 * n), n, offset);
    },
    normalKlBackward(dMean, dScale, mean, scale, dKl, n, priorMean, priorScale) {
      if (n < least.update) return wasm.normalKlBackward(dMean, dScale, mean, scale, dKl, n, priorMean, priorScale);
      const size = 4 * n;
      native.normalKlBackward(
        ...[at(dMean, size), at(dScale, size), at(mean, size), at(scale, size), at(dKl, 4)],
        ...[n, priorMean, priorScale],
      );
    },
    adam(parameters, m, v, likelihood, divergence, n, control, rate1, rate2, epsilon) {
      if (n < least.update) {
        return wasm.adam(parameters, m, v, likelihood, divergence, n, control, rate1, rate2, epsilon);
      }
      const size = 4 * n;
      native.adam(
        ...[at(parameters, size), at(m, size), at(v, size), at(likelihood, size), at(divergence, size)],
        ...[n, at(control, 128), rate1, rate2, epsilon],
      );
    },
    normalNoise(y, n, draws, stride, purpose, layer, control, scratch) {
      if (n < least.noise) wasm.normalNoise(y, n, draws, stride, purpose, layer, control, scratch);
      else native.normalNoise(at(y, 4 * n * draws), n, draws, stride, purpose, layer, at(control, 128));
    },
    signNoise(y, examples, features, purpose, layer, control, scratch) {
      const n = examples * features;
      if (n < least.signs) wasm.signNoise(y, examples, features, purpose, layer, control, scratch);
      else native.signNoise(at(y, 4 * n), examples, features, purpose, layer, at(control, 128));
    },
    matmulScratch: (k, n) => Math.max(panelBytes, wasm.matmulScratch(k, n)),
    matmul(y, a, b, m, n, k, transposeA, transposeB, bias, activation, scratch) {
      // a column or a row alone is summed otherwise, and so little that it does not matter
      if (n === 1 || k === 1 || m * n * k < least.products || activation > relu) {
        return wasm.matmul(y, a, b, m, n, k, transposeA, transposeB, bias, activation, scratch);
      }
      native.matmul(
        ...[at(y, 4 * m * n), at(a, 4 * m * k), at(b, 4 * k * n), m, n, k, transposeA, transposeB],
        ...[bias === 0 ? 0 : at(bias, 4 * n), activation === relu ? 1 : 0, at(scratch, panelBytes)],
      );
    },
    formBlocked(kernel, mean, perturbation, table, runs, lanes, laneMasks, otherMasks) {
      const n = runs * lanes;
      if (n < least.maps) {
        return wasm.formBlocked(kernel, mean, perturbation, table, runs, lanes, laneMasks, otherMasks);
      }
      native.formBlocked(
        ...[at(kernel, 4 * n), at(mean, 4 * n), at(perturbation, 4 * n), at(table, 4 * runs), runs, lanes],
        ...[at(laneMasks, 4 * lanes), at(otherMasks, 4)],
      );
    },
    foldBlocked(dMean, dPerturbation, gradient, table, runs, lanes, laneMasks, otherMasks, first) {
      const n = runs * lanes;
      if (n < least.maps) {
        return wasm.foldBlocked(dMean, dPerturbation, gradient, table, runs, lanes, laneMasks, otherMasks, first);
      }
      native.foldBlocked(
        ...[at(dMean, 4 * n), at(dPerturbation, 4 * n), at(gradient, 4 * n), at(table, 4 * runs), runs, lanes],
        ...[at(laneMasks, 4 * lanes), at(otherMasks, 4), Number(first)],
      );
    },
    formPaired(kernel, mean, perturbation, table, runs, elements, pair, laneMasks, otherMasks) {
      const n = runs * elements;
      if (n < least.maps) {
        return wasm.formPaired(kernel, mean, perturbation, table, runs, elements, pair, laneMasks, otherMasks);
      }
      native.formPaired(
        ...[at(kernel, 2 * n), at(mean, 4 * n), at(perturbation, 4 * n), at(table, 4 * runs), runs, elements, pair],
        ...[at(laneMasks, 4 * elements), at(otherMasks, 4 * pair)],
      );
    },
    narrow(y, x, n) {
      if (n < least.maps) wasm.narrow(y, x, n);
      else native.narrow(at(y, 2 * n), at(x, 4 * n), n);
    },
    poolWindows(y, indices, map, height, width, channels, b, c, d, step, rowStep, rectify) {
      const n = height * width * channels;
      if (4 * n < least.maps) {
        return wasm.poolWindows(y, indices, map, height, width, channels, b, c, d, step, rowStep, rectify);
      }
      native.poolWindows(
        ...[at(y, 4 * n), at(indices, n), at(map, extentOf(height, width, channels, b, c, d, step, rowStep))],
        ...[height, width, channels, b, c, d, step, rowStep, Number(rectify)],
      );
    },
    unpoolWindows(dz, dy, y, indices, height, width, channels, b, c, d, step, rowStep, rectify, part) {
      const n = height * width * channels;
      if (4 * n < least.maps) {
        return wasm.unpoolWindows(dz, dy, y, indices, height, width, channels, b, c, d, step, rowStep, rectify, part);
      }
      native.unpoolWindows(
        ...[at(dz, extentOf(height, width, channels, b, c, d, step, rowStep)), at(dy, 4 * n), at(y, 4 * n)],
        ...[at(indices, n), height, width, channels, b, c, d, step, rowStep, Number(rectify), at(part, 4 * channels)],
      );
    },
    rectifyGradient(dz, dy, y, positions, channels, part) {
      const size = 4 * positions * channels;
      if (positions * channels < least.maps) return wasm.rectifyGradient(dz, dy, y, positions, channels, part);
      native.rectifyGradient(at(dz, size), at(dy, size), at(y, size), positions, channels, at(part, 4 * channels));
    },
  };
  return { ...wasm, ...own };
}

/** Bytes from the first place of the first window to the last of the last. */
function extentOf(
  height: number,
  width: number,
  channels: number,
  b: number,
  c: number,
  d: number,
  step: number,
  rowStep: number,
): number {
  return (height - 1) * rowStep + (width - 1) * step + Math.max(b, c, d) + 4 * channels;
}
