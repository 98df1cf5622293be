/**
 * A float32 convolution over signals by three of half its taps at half its positions: a quarter fewer multiplications (fast
 * FIR algorithm, Mou and Duhamel 1991; Parhi 1999, section 9.2.1, transposed). Of the signal in blocks e0, o0, e1, o1, ... as
 * long as the dilation, with w_e and w_o the kernel's even and odd taps,
 *
 *   y_e = w_e * (e - o) + (w_e + w_o) * o        y_o = w_o * (e' - o) + (w_e + w_o) * o
 *
 * where e' is e a block later. Sums are rounded in another order than those of the convolution, as those of any engine are.
 */
import type { WasmExports } from '../wasm/index.ts';
import { executions, reorder } from './execution.ts';
import { onednn } from './functions.ts';
import { type Described, type Descriptors, type Geometry, describeForward, descriptorsOf } from './geometry.ts';
import type { Native, ScratchPlan } from './prepared.ts';
import { type Handle, type Session, Unimplemented } from './session.ts';

const { operand } = onednn;

/** What it takes to be worth the sums before and behind. */
const [leastTaps, leastChannels, leastPositions] = [8, 32, 64];
const types = { factors: onednn.f32, map: onednn.f32, dx: onednn.f32 };

/** A convolution without a gradient of its own: that of a map's gradient with the kernel turned round is one too. */
export interface Filter {
  readonly geometry: Geometry;
  /** of the kernel as it lies in memory, tap by tap: floats from one output channel to the next, and of inputs */
  readonly strides: readonly [outputs: number, inputs: number];
  readonly bias: boolean;
}

/** By shape alone: whether it is worth the sums before and behind. */
export function isFastFilter({
  height,
  kernelHeight,
  kernelWidth,
  inputs,
  outputs,
  strides,
  mapWidth,
}: Geometry): boolean {
  const isOfSignals = height === 1 && kernelHeight === 1 && strides[0] === 1 && strides[1] === 1;
  const isLong = kernelWidth % 2 === 0 && kernelWidth >= leastTaps && mapWidth >= leastPositions;
  return isOfSignals && isLong && Math.min(inputs, outputs) >= leastChannels && inputs % 4 === 0 && outputs % 4 === 0;
}

/**
 * By shape and implementation alone, so that a run on the same machine computes the same bits.
 * @returns null where the convolution as it is is no slower
 */
export function fastFilter(native: Native, filter: Filter, scratch: ScratchPlan): FastFilter | null {
  const { session } = native;
  if (!isFastFilter(filter.geometry)) return null;
  try {
    const half = halfOf(session, filter);
    return isOwnKernel(session, half.described) ? new FastFilter(native, filter, half, scratch) : null;
  } catch (error) {
    if (error instanceof Unimplemented) return null;
    throw error;
  }
}

function isOwnKernel(session: Session, { description }: Described): boolean {
  return /^(jit|brg)/.test(session.implementationOf(description));
}

/**
 * The gradient of a convolution's input, as another convolution: of the map's gradient between zeros, with inputs and outputs
 * exchanged, and the kernel's taps in the opposite order.
 */
export function inputGradientOf(geometry: Geometry): Filter {
  const { inputs, outputs, width, mapWidth, kernelWidth, dilations, before, xSize, mapSize } = geometry;
  const front = (kernelWidth - 1) * dilations[1] - before[1];
  return {
    geometry: {
      ...geometry,
      ...{ inputs: outputs, outputs: inputs, width: mapWidth, mapWidth: width, xSize: mapSize, mapSize: xSize },
      ...{ before: [0, front], pool: null },
    },
    strides: [outputs, 1],
    bias: false,
  };
}

/** One of the three convolutions: over sequences, with half of the taps. */
export interface HalfGeometry {
  readonly geometry: Geometry;
  /** pairs of blocks: of results, and of what is split */
  readonly pairs: number;
  readonly splits: number;
  /** floats of a signal between zeros, of which the sequences are made */
  readonly paddedSize: number;
}

export function halfGeometry(geometry: Geometry, batch: number): HalfGeometry {
  const { inputs, outputs, kernelWidth, mapWidth, dilations } = geometry;
  const dilation = dilations[1];
  const pairs = Math.ceil(mapWidth / (2 * dilation));
  const taps = kernelWidth / 2;
  const splits = pairs + taps - 1;
  const [width, results] = [splits * dilation, pairs * dilation];
  return {
    geometry: {
      ...geometry,
      ...{ batch, kernelWidth: taps, width, mapWidth: results, before: [0, 0], after: [0, 0], pool: null },
      ...{ xSize: width * inputs, mapSize: results * outputs, ySize: results * outputs },
    },
    ...{ pairs, splits, paddedSize: (2 * splits + 1) * dilation * inputs },
  };
}

/** Splits a signal into its three sequences, by way of a copy between zeros. */
export function splitterOf(
  wasm: WasmExports,
  { inputs, width, before, dilations }: Geometry,
  { splits, paddedSize }: HalfGeometry,
  padded: number,
): (x: number, a: number, b: number, c: number) => void {
  const pixel = inputs * 4;
  const total = paddedSize * 4;
  const front = before[1] * pixel;
  // what lies behind the last results is not asked for
  const length = Math.min(width * pixel, total - front);
  return (x, a, b, c) => {
    wasm.clear(padded, front);
    wasm.copyRows(padded + front, 0, x, 0, length, 1);
    wasm.clear(padded + front + length, total - front - length);
    wasm.splitPhases(a, b, c, padded, dilations[1] * pixel, splits);
  };
}

interface Half extends HalfGeometry {
  readonly descriptors: Descriptors;
  readonly described: Described;
}

function halfOf(session: Session, { geometry, bias }: Filter): Half {
  const half = halfGeometry(geometry, 1);
  const descriptors = descriptorsOf(session, half.geometry, 1, types);
  return { ...half, descriptors, described: describeForward(session, half.geometry, descriptors, bias) };
}

export class FastFilter {
  readonly #native: Native;
  readonly #filter: Filter;
  readonly #half: Half;
  /** in scratch: the signal between zeros, its three sequences, and what becomes of each */
  readonly #padded: number;
  readonly #sequences: readonly number[];
  readonly #results: readonly number[];
  /** of each sequence; the sum of even and odd taps; no bias */
  readonly #kernels: readonly number[];
  readonly #sum: number;
  readonly #zeros: number;

  constructor(native: Native, filter: Filter, half: Half, scratch: ScratchPlan) {
    const { geometry, described, paddedSize } = half;
    const { inputs, outputs, kernelWidth } = geometry;
    const three = (bytes: number) => [0, 1, 2].map(() => scratch.take(bytes));
    this.#native = native;
    this.#filter = filter;
    this.#half = half;
    this.#padded = scratch.take(paddedSize * 4);
    this.#sequences = three(geometry.xSize * 4);
    this.#results = three(geometry.mapSize * 4);
    this.#kernels = three(native.session.functions.descriptorSize(described.weights));
    this.#sum = scratch.take(kernelWidth * inputs * outputs * 4);
    this.#zeros = scratch.take(outputs * 4);
  }

  /**
   * @param kernel byte offset of its taps
   * @param bias of [outputs]; 0 where there is none
   */
  bind(scratch: number, kernel: number, bias: number) {
    const { session, wasm } = this.#native;
    const { geometry, descriptors, described } = this.#half;
    const at = (offset: number) => scratch + offset;
    const [sequences, results, kernels] = [this.#sequences, this.#results, this.#kernels].map((list) => list.map(at));
    const layOut = this.#layer(kernel, at(this.#sum), kernels!);
    const zeros = at(this.#zeros);
    const run = executions(
      session,
      described.description,
      [0, 1, 2].map((i) => [
        [operand.source, session.tensor(descriptors.x, sequences![i]!)],
        [operand.weights, session.tensor(described.weights, kernels![i]!)],
        // what both kinds of results have a share in brings the bias
        ...(this.#filter.bias
          ? [[operand.bias, session.tensor(descriptors.bias, i === 1 ? bias : zeros)] as const]
          : []),
        [operand.result, session.tensor(descriptors.map, results![i]!)],
      ]),
    );
    const { outputs, mapSize } = this.#filter.geometry;
    const block = geometry.dilations[1] * outputs * 4;
    const split = splitterOf(wasm, this.#filter.geometry, this.#half, at(this.#padded));
    return {
      /** at the start of each call */
      begin: () => {
        wasm.clear(zeros, outputs * 4);
        layOut();
      },
      /** @param x byte offset of a signal; @param map of what becomes of it */
      run: (x: number, map: number) => {
        split(x, sequences![0]!, sequences![1]!, sequences![2]!);
        for (let i = 0; i < 3; i++) run(i);
        wasm.joinPhases(map, results![0]!, results![1]!, results![2]!, block, mapSize * 4);
      },
    };
  }

  #layer(kernel: number, sum: number, kernels: readonly number[]): () => void {
    const { session, wasm } = this.#native;
    const { geometry, described } = this.#half;
    const { inputs, outputs, kernelWidth: taps } = geometry;
    const size = inputs * outputs;
    const [ofOutput, ofInput] = this.#filter.strides;
    const plain = (tap: number): Handle =>
      session.descriptor([outputs, inputs, 1, taps], [ofOutput, ofInput, taps * tap, tap]);
    const [apart, together] = [plain(2 * size), plain(size)];
    const lay = (descriptor: Handle, from: number, to: number) =>
      reorder(
        session,
        descriptor,
        session.tensor(descriptor, from),
        described.weights,
        session.tensor(described.weights, to),
      );
    const steps = [
      lay(apart, kernel, kernels[0]!),
      lay(together, sum, kernels[1]!),
      lay(apart, kernel + size * 4, kernels[2]!),
    ];
    return () => {
      for (let tap = 0; tap < taps; tap++) {
        const even = kernel + 2 * tap * size * 4;
        wasm.add(sum + tap * size * 4, even, even + size * 4, 1, size, 0);
      }
      for (const step of steps) step();
    };
  }
}
