/**
 * The gradient of a kernel that all examples share, in one of three ways: by one primitive; a long one by a group of its taps
 * after the other; and over signals in float32 by three gradients of half the taps at half the positions (`FastFilter`).
 */
import { executions, reorder } from './execution.ts';
import { isFastFilter, halfGeometry, splitterOf } from './fast-filter.ts';
import { onednn } from './functions.ts';
import {
  type Described,
  type Descriptors,
  type Geometry,
  type Types,
  describeBackwardWeights,
  describeForward,
  descriptorsOf,
} from './geometry.ts';
import type { Native, ScratchPlan } from './prepared.ts';
import { type Session, Unimplemented } from './session.ts';

const { operand } = onednn;

/** Byte offsets: of all images, of the gradients of all maps, and of the kernel's gradient, tap by tap. */
export interface GradientPlaces {
  readonly x: number;
  readonly map: number;
  readonly mean: number;
}

export interface KernelGradient {
  /** @returns what computes it; may be bound to several places, if they are not used at once */
  bind(scratch: number, places: GradientPlaces): () => void;
}

/**
 * By shape and implementation alone, so that a run on the same machine computes the same bits.
 * @throws Unimplemented
 */
export function kernelGradient(native: Native, geometry: Geometry, types: Types, scratch: ScratchPlan): KernelGradient {
  const isFloat = types.factors === onednn.f32 && types.map === onednn.f32;
  if (isFloat && isFastFilter(geometry)) {
    try {
      return new FastGradient(native, geometry, types, scratch);
    } catch (error) {
      if (!(error instanceof Unimplemented)) throw error;
    }
  }
  return directGradient(native, geometry, types, scratch);
}

function directGradient(native: Native, geometry: Geometry, types: Types, scratch: ScratchPlan): KernelGradient {
  const { session } = native;
  const whole = pieceOf(session, geometry, types, 0);
  const groups = types.factors === onednn.f32 ? groupsOf(session, geometry, types, whole) : null;
  return groups ? new GroupedGradient(native, geometry, groups, scratch) : new WholeGradient(native, whole, scratch);
}

/** Some taps of a kernel, or all of them. */
interface Piece {
  readonly geometry: Geometry;
  readonly descriptors: Descriptors;
  readonly described: Described;
  /** its first tap */
  readonly first: number;
}

function pieceOf(session: Session, geometry: Geometry, types: Types, first: number): Piece {
  const descriptors = descriptorsOf(session, geometry, geometry.batch, types);
  const hint = describeForward(session, geometry, descriptors, false).description;
  return { geometry, descriptors, described: describeBackwardWeights(session, geometry, descriptors, hint), first };
}

function runOf(
  session: Session,
  { descriptors, described }: Piece,
  gradient: number,
  { x, map, mean }: GradientPlaces,
) {
  const { plainGradient } = descriptors;
  const laid = session.tensor(described.weights, gradient);
  const run = executions(session, described.description, [
    [
      [operand.source, session.tensor(descriptors.x, x)],
      [operand.gradientOfResult, session.tensor(descriptors.map, map)],
      [operand.gradientOfWeights, laid],
    ],
  ]);
  const layOut = reorder(session, described.weights, laid, plainGradient, session.tensor(plainGradient, mean));
  return () => {
    run(0);
    layOut();
  };
}

class WholeGradient implements KernelGradient {
  readonly #native: Native;
  readonly #piece: Piece;
  readonly #gradient: number;

  constructor(native: Native, piece: Piece, scratch: ScratchPlan) {
    this.#native = native;
    this.#piece = piece;
    this.#gradient = scratch.take(native.session.functions.descriptorSize(piece.described.weights));
  }

  bind(scratch: number, places: GradientPlaces) {
    return runOf(this.#native.session, this.#piece, scratch + this.#gradient, places);
  }
}

/**
 * Beyond a dozen taps oneDNN 3.2 has no float32 implementation of its own but lays the images out for a matrix product
 * (`x64:gemm:jit`): four fifths as fast, with AVX-512. To copy the signal for each group costs next to nothing.
 */
const mostTaps = 12;
/** With fewer channels the product is the faster one. */
const leastChannels = 16;

/** Each is the gradient of a shorter kernel over the part of the signal that it meets; null: that is no faster. */
function groupsOf(session: Session, geometry: Geometry, types: Types, whole: Piece): readonly Piece[] | null {
  const { height, kernelHeight, kernelWidth, dilations, mapWidth, inputs, strides } = geometry;
  const isOfSignals = height === 1 && kernelHeight === 1 && strides[0] === 1 && strides[1] === 1;
  if (!isOfSignals || kernelWidth <= mostTaps || inputs < leastChannels || !isProduct(session, whole)) return null;
  const count = Math.ceil(kernelWidth / mostTaps);
  try {
    const groups = Array.from({ length: count }, (_, g) => {
      // as equal as may be
      const first = Math.floor((g * kernelWidth) / count);
      const taps = Math.floor(((g + 1) * kernelWidth) / count) - first;
      const width = mapWidth + (taps - 1) * dilations[1];
      const own: Geometry = {
        ...geometry,
        ...{ kernelWidth: taps, width, xSize: width * inputs, before: [0, 0], after: [0, 0], pool: null },
      };
      return pieceOf(session, own, types, first);
    });
    return groups.some((group) => isProduct(session, group)) ? null : groups;
  } catch (error) {
    if (error instanceof Unimplemented) return null;
    throw error;
  }
}

function isProduct(session: Session, { described }: Piece): boolean {
  return session.implementationOf(described.description).includes('gemm');
}

class GroupedGradient implements KernelGradient {
  readonly #native: Native;
  readonly #geometry: Geometry;
  readonly #groups: readonly (Piece & { /** in scratch */ readonly gradient: number })[];
  /** in scratch: what a group's taps meet of the signals */
  readonly #part: number;

  constructor(native: Native, geometry: Geometry, groups: readonly Piece[], scratch: ScratchPlan) {
    this.#native = native;
    this.#geometry = geometry;
    this.#part = scratch.take(geometry.batch * Math.max(...groups.map((group) => group.geometry.xSize)) * 4);
    this.#groups = groups.map((group) => ({
      ...group,
      gradient: scratch.take(native.session.functions.descriptorSize(group.described.weights)),
    }));
  }

  bind(scratch: number, { x, map, mean }: GradientPlaces) {
    const { inputs, outputs } = this.#geometry;
    const part = scratch + this.#part;
    const runs = this.#groups.map((group) => {
      const places = { x: part, map, mean: mean + group.first * inputs * outputs * 4 };
      const run = runOf(this.#native.session, group, scratch + group.gradient, places);
      const copy = this.#copier(part, x, group);
      return () => {
        copy();
        run();
      };
    });
    return () => {
      for (const run of runs) run();
    };
  }

  /** What the group's taps meet of each signal, zeros where that is padding. */
  #copier(part: number, x: number, { geometry, first }: Piece): () => void {
    const { clear, copyRows } = this.#native.wasm;
    const { batch, inputs, width, before, dilations, xSize } = this.#geometry;
    const pixel = inputs * 4;
    // columns of the part and of the signal: where the part begins, and what of it lies on the signal
    const begin = first * dilations[1] - before[1];
    const [from, to] = [Math.max(0, -begin), Math.max(0, Math.min(geometry.width, width - begin))];
    const bytes = geometry.xSize * 4;
    const [front, length] = [from * pixel, Math.max(0, to - from) * pixel];
    return () => {
      if (length < bytes) clear(part, batch * bytes);
      if (length > 0) copyRows(part + front, bytes, x + (begin + from) * pixel, xSize * 4, length, batch);
    };
  }
}

/**
 * Of a convolution by `FastFilter`, y_e = a + b and y_o = b + c, the gradients of its three kernels: of w_e the sum of those
 * of a and b, of w_o that of b and c. Those of a, b, c are dy_e, dy_e + dy_o and dy_o.
 */
class FastGradient implements KernelGradient {
  readonly #native: Native;
  readonly #geometry: Geometry;
  readonly #half: ReturnType<typeof halfGeometry>;
  readonly #direct: KernelGradient;
  /** in scratch: a signal, or a map's gradient, between zeros; the three sequences of all of each; the three gradients */
  readonly #padded: number;
  readonly #sequences: readonly number[];
  readonly #maps: readonly number[];
  readonly #kernels: readonly number[];

  constructor(native: Native, geometry: Geometry, types: Types, scratch: ScratchPlan) {
    const half = halfGeometry(geometry, geometry.batch);
    const { batch, xSize, mapSize, kernelWidth, inputs, outputs } = half.geometry;
    const three = (bytes: number) => [0, 1, 2].map(() => scratch.take(bytes));
    this.#native = native;
    this.#geometry = geometry;
    this.#half = half;
    this.#direct = directGradient(native, half.geometry, types, scratch);
    this.#padded = scratch.take(4 * Math.max(half.paddedSize, 2 * mapSize));
    this.#sequences = three(batch * xSize * 4);
    this.#maps = three(batch * mapSize * 4);
    this.#kernels = three(kernelWidth * inputs * outputs * 4);
  }

  bind(scratch: number, { x, map, mean }: GradientPlaces) {
    const { wasm } = this.#native;
    const half = this.#half;
    const { batch, xSize, mapSize, outputs } = this.#geometry;
    const at = (offset: number) => scratch + offset;
    const padded = at(this.#padded);
    const [sequences, maps, kernels] = [this.#sequences, this.#maps, this.#kernels].map((list) => list.map(at));
    const runs = [0, 1, 2].map((i) =>
      this.#direct.bind(scratch, { x: sequences![i]!, map: maps![i]!, mean: kernels![i]! }),
    );
    const split = splitterOf(wasm, this.#geometry, half, padded);
    const [signalBytes, mapBytes] = [half.geometry.xSize * 4, half.geometry.mapSize * 4];
    const block = half.geometry.dilations[1] * outputs * 4;
    const part = (list: readonly number[], n: number, bytes: number) =>
      list.map((own) => own + n * bytes) as [number, number, number];
    return () => {
      for (let n = 0; n < batch; n++) {
        split(x + n * xSize * 4, ...part(sequences!, n, signalBytes));
        wasm.copyRows(padded, 0, map + n * mapSize * 4, 0, mapSize * 4, 1);
        wasm.clear(padded + mapSize * 4, 2 * mapBytes - mapSize * 4);
        wasm.sumPhases(...part(maps!, n, mapBytes), padded, block, half.pairs);
      }
      for (const run of runs) run();
      this.#join(kernels!, mean);
    };
  }

  #join([a, b, c]: readonly number[], mean: number): void {
    const { inputs, outputs, kernelWidth } = this.#geometry;
    const size = inputs * outputs;
    for (let tap = 0; tap < kernelWidth / 2; tap++) {
      const [even, at] = [mean + 2 * tap * size * 4, tap * size * 4];
      this.#native.wasm.add(even, a! + at, b! + at, 1, size, 0);
      this.#native.wasm.add(even + size * 4, b! + at, c! + at, 1, size, 0);
    }
  }
}
