/**
 * The gradient of a long kernel over signals, a group of its taps after the other: each is the weight gradient of a shorter
 * kernel over the part of the signal that it meets.
 *
 * Beyond a dozen taps oneDNN 3.2 has no float32 implementation of its own but lays the images out for a matrix product
 * (`x64:gemm:jit`): four fifths as fast, with AVX-512. To copy the signal for each group costs next to nothing.
 */
import { executions, reorder } from './execution.ts';
import { onednn } from './functions.ts';
import {
  type Described,
  type Descriptors,
  type Geometry,
  describeBackwardWeights,
  describeForward,
  descriptorsOf,
} from './geometry.ts';
import type { Native, ScratchPlan } from './prepared.ts';
import { type Session, Unimplemented } from './session.ts';

const { operand } = onednn;

const mostTaps = 12;
/** With fewer channels the product is the faster one. */
const leastChannels = 16;
const types = { factors: onednn.f32, map: onednn.f32, dx: onednn.f32 };

interface Group {
  readonly geometry: Geometry;
  readonly descriptors: Descriptors;
  readonly described: Described;
  /** its first tap */
  readonly first: number;
  /** in scratch */
  readonly gradient: number;
}

/**
 * By shape and implementation alone, so that a run on the same machine computes the same bits.
 * @returns null where the whole kernel is no slower
 */
export function groupedGradient(
  native: Native,
  geometry: Geometry,
  whole: Described,
  scratch: ScratchPlan,
): GroupedGradient | null {
  const { session } = native;
  const { height, kernelHeight, kernelWidth, inputs, strides } = geometry;
  const isOfSignals = height === 1 && kernelHeight === 1 && strides[0] === 1 && strides[1] === 1;
  if (!isOfSignals || kernelWidth <= mostTaps || inputs < leastChannels || !isProduct(session, whole)) return null;
  try {
    const groups = groupsOf(session, geometry);
    if (groups.some(({ described }) => isProduct(session, described))) return null;
    return new GroupedGradient(native, geometry, groups, scratch);
  } catch (error) {
    if (error instanceof Unimplemented) return null;
    throw error;
  }
}

function isProduct(session: Session, { description }: Described): boolean {
  return session.implementationOf(description).includes('gemm');
}

/** As equal as may be. */
function groupsOf(session: Session, geometry: Geometry): Omit<Group, 'gradient'>[] {
  const { batch, kernelWidth, dilations, mapWidth, inputs } = geometry;
  const count = Math.ceil(kernelWidth / mostTaps);
  return Array.from({ length: count }, (_, g) => {
    const first = Math.floor((g * kernelWidth) / count);
    const taps = Math.floor(((g + 1) * kernelWidth) / count) - first;
    const width = mapWidth + (taps - 1) * dilations[1];
    const own: Geometry = {
      ...geometry,
      ...{ kernelWidth: taps, width, xSize: width * inputs, before: [0, 0], after: [0, 0], pool: null },
    };
    const descriptors = descriptorsOf(session, own, batch, types);
    const hint = describeForward(session, own, descriptors, false).description;
    return { geometry: own, descriptors, described: describeBackwardWeights(session, own, descriptors, hint), first };
  });
}

export class GroupedGradient {
  readonly #native: Native;
  readonly #geometry: Geometry;
  readonly #groups: readonly Group[];
  /** in scratch: what a group's taps meet of the signals */
  readonly #part: number;

  constructor(native: Native, geometry: Geometry, groups: readonly Omit<Group, 'gradient'>[], scratch: ScratchPlan) {
    this.#native = native;
    this.#geometry = geometry;
    this.#part = scratch.take(geometry.batch * Math.max(...groups.map((group) => group.geometry.xSize)) * 4);
    this.#groups = groups.map((group) => ({
      ...group,
      gradient: scratch.take(native.session.functions.descriptorSize(group.described.weights)),
    }));
  }

  /** @param places byte offsets: of the signals, the map's gradient and the kernel's */
  bind(scratch: number, { x, map, mean }: { readonly x: number; readonly map: number; readonly mean: number }) {
    const { session } = this.#native;
    const { inputs, outputs } = this.#geometry;
    const part = scratch + this.#part;
    const runs = this.#groups.map((group) => {
      const { descriptors, described, first } = group;
      const gradient = session.tensor(described.weights, scratch + group.gradient);
      const own = mean + first * inputs * outputs * 4;
      const run = executions(session, described.description, [
        [
          [operand.source, session.tensor(descriptors.x, part)],
          [operand.gradientOfResult, session.tensor(descriptors.map, map)],
          [operand.gradientOfWeights, gradient],
        ],
      ]);
      const { plainGradient } = descriptors;
      const layOut = reorder(session, described.weights, gradient, plainGradient, session.tensor(plainGradient, own));
      const copy = this.#copier(part, x, group);
      return () => {
        copy();
        run(0);
        layOut();
      };
    });
    return () => {
      for (const run of runs) run();
    };
  }

  /** What the group's taps meet of each signal, zeros where that is padding. */
  #copier(part: number, x: number, { geometry, first }: Group): () => void {
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
