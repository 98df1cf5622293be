import { onednn } from './functions.ts';
import { type Handle, type Session, Unimplemented } from './session.ts';

/** The axes of a kernel, in the order in which oneDNN counts them. */
const [outputs, inputs] = [0, 1];
const rank = 4;

/**
 * A kernel's layout as the wasm kernels walk through it: runs of channels of one kind, their lanes, that lie side by
 * side; all elements of a run belong to one channel of the other kind.
 */
export interface BlockedLayout {
  readonly bytes: number;
  /** lanes of a run; a multiple of four */
  readonly run: number;
  readonly lanesAreOutputs: boolean;
  /** channels that the layout has room for, padding included */
  readonly outputs: number;
  readonly inputs: number;
  /** the loops around the runs, outermost first, and how far one turn of each moves on in the two kinds of channels */
  readonly loops: readonly Loop[];
}

interface Loop {
  readonly extent: number;
  readonly otherStep: number;
  readonly laneStep: number;
}

/** How many loops the kernel in assembly/blocked.ts has. */
const loopCount = 5;

/**
 * Reads the layout that a primitive has chosen for its weights, such as Acdb16a: outputs by sixteen, rows, columns,
 * inputs, then the sixteen outputs.
 * @throws Unimplemented where it is not made of runs of at least four channels
 */
export function blockedLayout(session: Session, descriptor: Handle): BlockedLayout {
  const { query } = onednn;
  const padded = session.queryNumbers(descriptor, query.paddedExtents, rank);
  const strides = session.queryNumbers(descriptor, query.strides, rank);
  const blocks = session.queryInteger(descriptor, query.innerBlocks);
  const blockExtents = session.queryNumbers(descriptor, query.innerBlockExtents, blocks);
  const blockAxes = session.queryNumbers(descriptor, query.innerBlockAxes, blocks);

  const inner = blockExtents.map((extent, i) => ({ axis: blockAxes[i]!, extent }));
  const outer = padded
    .map((extent, axis) => ({
      axis,
      stride: strides[axis]!,
      extent: inner.reduce((rest, block) => (block.axis === axis ? rest / block.extent : rest), extent),
    }))
    .filter(({ extent }) => extent > 1)
    .toSorted((a, b) => b.stride - a.stride);
  const levels = [...outer, ...inner];
  const innermost = levels.pop();
  const lanes = innermost?.axis;
  const dense = padded.reduce((product, extent) => product * extent, 4);
  const bytes = session.functions.descriptorSize(descriptor);
  if (!innermost || (lanes !== outputs && lanes !== inputs) || innermost.extent % 4 !== 0 || bytes !== dense) {
    throw new Unimplemented('weights in a layout without runs of channels');
  }
  // one turn of a loop moves on by all that the levels inside it cover of the same axis
  const loops = levels.map(({ axis, extent }, i) => {
    const inside = [...levels.slice(i + 1), innermost].filter((level) => level.axis === axis);
    const step = inside.reduce((product, level) => product * level.extent, 1);
    const isChannel = axis === outputs || axis === inputs;
    return { extent, otherStep: isChannel && axis !== lanes ? step : 0, laneStep: axis === lanes ? step : 0 };
  });
  if (loops.length > loopCount + 1) throw new Unimplemented('weights in a layout of too many levels');
  return {
    bytes,
    run: innermost.extent,
    lanesAreOutputs: lanes === outputs,
    outputs: padded[outputs]!,
    inputs: padded[inputs]!,
    loops: mergeSpatial(loops),
  };
}

/** Rows and columns of the kernel are all alike to the signs: neighbouring loops over them are one. */
function mergeSpatial(loops: readonly Loop[]): Loop[] {
  const merged: Loop[] = [];
  for (const loop of loops) {
    const last = merged.at(-1);
    const spatial = (one: Loop) => one.otherStep === 0 && one.laneStep === 0;
    if (last && spatial(last) && spatial(loop))
      merged[merged.length - 1] = { ...loop, extent: last.extent * loop.extent };
    else merged.push(loop);
  }
  while (merged.length < loopCount) merged.unshift({ extent: 1, otherStep: 0, laneStep: 0 });
  return merged;
}
