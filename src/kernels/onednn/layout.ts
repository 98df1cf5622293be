import { onednn } from './functions.ts';
import { type Handle, type Session, Unimplemented } from './session.ts';

/** The axes of a kernel, in the order in which oneDNN counts them. */
const [outputs, inputs, columns] = [0, 1, 3];
const rank = 4;

/**
 * A kernel's layout as the wasm kernels walk through it: runs of channels of one kind, their lanes, that lie side by
 * side; all elements of a run belong to one channel of the other kind, or each lane to a pair of such channels.
 */
export interface BlockedLayout {
  /** padding included */
  readonly elements: number;
  /** lanes of a run; a multiple of four */
  readonly run: number;
  /** channels of the other kind in each lane: 1, or 2 in layouts for dot products of pairs */
  readonly pair: 1 | 2;
  readonly lanesAreOutputs: boolean;
  /** channels that the layout has room for, padding included */
  readonly outputs: number;
  readonly inputs: number;
  /** the loops around the runs, outermost first, and how far one turn of each moves on */
  readonly loops: readonly Loop[];
}

export interface Loop {
  readonly extent: number;
  /** in the two kinds of channels */
  readonly otherStep: number;
  readonly laneStep: number;
  /** in places of the kernel, row by row */
  readonly placeStep: number;
}

/** What oneDNN says of a layout: the axes outside the blocks by their strides, then the blocks, the innermost last. */
export interface Blocking {
  readonly padded: readonly number[];
  readonly strides: readonly number[];
  readonly blocks: readonly { readonly axis: number; readonly extent: number }[];
}

/** How many loops the kernels in assembly/blocked.ts and paired.ts have. */
const loopCount = 5;

/** @throws Unimplemented where the layout is not made of runs of at least four channels */
export function blockedLayout(session: Session, descriptor: Handle, elementBytes = 4): BlockedLayout {
  const { query } = onednn;
  const blocks = session.queryInteger(descriptor, query.innerBlocks);
  const extents = session.queryNumbers(descriptor, query.innerBlockExtents, blocks);
  const axes = session.queryNumbers(descriptor, query.innerBlockAxes, blocks);
  const layout = layoutOf({
    padded: session.queryNumbers(descriptor, query.paddedExtents, rank),
    strides: session.queryNumbers(descriptor, query.strides, rank),
    blocks: extents.map((extent, i) => ({ axis: axes[i]!, extent })),
  });
  // behind some weights the library keeps sums or scales of its own
  if (session.functions.descriptorSize(descriptor) !== layout.elements * elementBytes) {
    throw new Unimplemented('weights with something behind them');
  }
  return layout;
}

/**
 * Reads a layout such as Acdb16a (outputs by sixteen, rows, columns, inputs, then the sixteen outputs) or AcdB16b32a2b
 * (with pairs of inputs innermost).
 * @throws Unimplemented
 */
export function layoutOf({ padded, strides, blocks }: Blocking): BlockedLayout {
  const outer = padded
    .map((extent, axis) => ({
      axis,
      stride: strides[axis]!,
      extent: blocks.reduce((rest, block) => (block.axis === axis ? rest / block.extent : rest), extent),
    }))
    .filter(({ extent }) => extent > 1)
    .toSorted((a, b) => b.stride - a.stride);
  const levels: { readonly axis: number; readonly extent: number }[] = [...outer, ...blocks];
  const last = levels.at(-1);
  const isPaired = last?.extent === 2 && levels.at(-2)?.axis === (last.axis === outputs ? inputs : outputs);
  const pair = isPaired ? 2 : 1;
  const run = levels.splice(-pair);
  const innermost = run[0];
  const lanes = innermost?.axis;
  if (!innermost || (lanes !== outputs && lanes !== inputs) || innermost.extent % 4 !== 0) {
    throw new Unimplemented('weights in a layout without runs of channels');
  }
  // one turn of a loop moves on by all that the levels inside it cover of the same axis
  const loops = levels.map(({ axis, extent }, i) => {
    const inside = [...levels.slice(i + 1), ...run].filter((level) => level.axis === axis);
    const step = inside.reduce((product, level) => product * level.extent, 1);
    const isChannel = axis === outputs || axis === inputs;
    return {
      extent,
      otherStep: isChannel && axis !== lanes ? step : 0,
      laneStep: axis === lanes ? step : 0,
      placeStep: isChannel ? 0 : step * (axis === columns ? 1 : padded[columns]!),
    };
  });
  const merged = mergeSpatial(loops);
  if (merged.length > loopCount) throw new Unimplemented('weights in a layout of too many levels');
  return {
    elements: padded.reduce((product, extent) => product * extent, 1),
    run: innermost.extent,
    pair,
    lanesAreOutputs: lanes === outputs,
    outputs: padded[outputs]!,
    inputs: padded[inputs]!,
    loops: merged,
  };
}

/** Neighbouring loops over rows and columns of the kernel are one, where they go through its places in order. */
function mergeSpatial(loops: readonly Loop[]): Loop[] {
  const merged: Loop[] = [];
  for (const loop of loops) {
    const before = merged.at(-1);
    const isInOrder = before && loop.placeStep > 0 && before.placeStep === loop.placeStep * loop.extent;
    if (isInOrder) merged[merged.length - 1] = { ...loop, extent: before.extent * loop.extent };
    else merged.push(loop);
  }
  while (merged.length < loopCount) merged.unshift({ extent: 1, otherStep: 0, laneStep: 0, placeStep: 0 });
  return merged;
}
