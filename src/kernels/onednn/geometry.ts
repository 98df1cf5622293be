import { type ConvolutionAttributes, type Window2d, windowGeometry } from '../../graph/index.ts';
import type { BufferView, KernelCall } from '../kernels.ts';
import { onednn } from './functions.ts';
import { type Handle, type Session, Unimplemented } from './session.ts';

type Four = [number, number, number, number];
type Pair = readonly [number, number];

/** A convolution and the pooling behind it, as both libraries want to know it. Maps are not pooled yet. */
export interface Geometry {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly outputs: number;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly before: Pair;
  readonly after: Pair;
  readonly mapHeight: number;
  readonly mapWidth: number;
  readonly pool: Pooling | null;
  /** elements of one example */
  readonly xSize: number;
  readonly mapSize: number;
  readonly ySize: number;
}

interface Pooling extends Window2d {
  readonly height: number;
  readonly width: number;
  readonly top: number;
  readonly left: number;
}

export function geometryOf({ inputs, attributes }: KernelCall): Geometry {
  const [x, kernel] = [inputs[0]!.shape as Four, inputs[1]!.shape as Four];
  const { strides, dilations, padding, pool } = attributes as ConvolutionAttributes;
  const [batch, height, width, channels] = x;
  const [kernelHeight, kernelWidth, , outputs] = kernel;
  const rows = windowGeometry(height, (kernelHeight - 1) * dilations[0] + 1, strides[0], padding);
  const columns = windowGeometry(width, (kernelWidth - 1) * dilations[1] + 1, strides[1], padding);
  const [mapHeight, mapWidth] = [rows.output, columns.output];
  const pooling = pool && poolingOf(pool, mapHeight, mapWidth);
  return {
    ...{ batch, height, width, inputs: channels, kernelHeight, kernelWidth, outputs, strides, dilations },
    before: [rows.before, columns.before],
    after: [rows.after, columns.after],
    mapHeight,
    mapWidth,
    pool: pooling,
    xSize: height * width * channels,
    mapSize: mapHeight * mapWidth * outputs,
    ySize: (pooling ? pooling.height * pooling.width : mapHeight * mapWidth) * outputs,
  };
}

function poolingOf(pool: Window2d, mapHeight: number, mapWidth: number): Pooling {
  const rows = windowGeometry(mapHeight, pool.window[0], pool.strides[0], pool.padding);
  const columns = windowGeometry(mapWidth, pool.window[1], pool.strides[1], pool.padding);
  return { ...pool, height: rows.output, width: columns.output, top: rows.before, left: columns.before };
}

/** What the primitives of one convolution work on: images with the channels innermost, kernels as they choose. */
export interface Descriptors {
  readonly x: Handle;
  readonly map: Handle;
  /** of x's type where it is read, of its own where it is a result */
  readonly dx: Handle;
  /** in the layout that the primitive likes best */
  readonly weights: Handle;
  /** float32, in the layout that the primitive likes best */
  readonly gradient: Handle;
  /** as the graph stores kernels: rows, columns, inputs, outputs */
  readonly plainWeights: Handle;
  readonly plainGradient: Handle;
  readonly bias: Handle;
}

/** Types of the operands: `onednn.f32` or `onednn.bf16`. */
export interface Types {
  /** x and the kernel */
  readonly factors: number;
  readonly map: number;
  readonly dx: number;
}

export function typeOf({ dtype }: BufferView): number {
  return dtype === 'bf16' ? onednn.bf16 : onednn.f32;
}

/**
 * @param batch examples per execution
 * @throws Unimplemented where oneDNN cannot be trusted
 */
export function descriptorsOf(
  session: Session,
  geometry: Geometry,
  batch: number,
  { factors, map, dx }: Types,
): Descriptors {
  const { height, width, inputs, kernelHeight, kernelWidth, outputs, mapHeight, mapWidth, strides } = geometry;
  // jit_1x1:avx2 of oneDNN 3.2 writes past its scratchpad where it has to skip pixels
  if (kernelHeight * kernelWidth === 1 && strides[0] * strides[1] > 1) throw new Unimplemented('1x1 with strides');
  // with AMX such a primitive ends the process while it is described
  if (meetsPaddingAlone(geometry)) throw new Unimplemented('positions that meet nothing but padding');
  const images = (rows: number, columns: number, channels: number, type: number) => {
    const strides = [rows * columns * channels, 1, columns * channels, channels];
    return session.descriptor([batch, channels, rows, columns], strides, type);
  };
  const kernel = [outputs, inputs, kernelHeight, kernelWidth];
  const plain = [1, outputs, kernelWidth * inputs * outputs, inputs * outputs];
  return {
    x: images(height, width, inputs, factors),
    dx: images(height, width, inputs, dx),
    map: images(mapHeight, mapWidth, outputs, map),
    weights: session.descriptor(kernel, null, factors),
    gradient: session.descriptor(kernel, null),
    plainWeights: session.descriptor(kernel, plain, factors),
    plainGradient: session.descriptor(kernel, plain),
    bias: session.descriptor([outputs], [1]),
  };
}

/** A primitive's description, and the layout of the weights, or of their gradient, that it has chosen. */
export interface Described {
  readonly description: Handle;
  readonly weights: Handle;
}

/** @throws Unimplemented */
export function describeForward(
  session: Session,
  geometry: Geometry,
  { x, weights, bias, map }: Descriptors,
  withBias: boolean,
): Described {
  const { convolutionForward, primitiveDescriptor } = session.functions;
  const places = placesOf(session, geometry);
  const { forwardTraining, convolutionDirect, query } = onednn;
  const description = session.description(
    (out) =>
      convolutionForward(
        ...[
          out,
          session.engine,
          forwardTraining,
          convolutionDirect,
          x,
          weights,
          withBias ? bias : 0,
          map,
          ...places,
          0,
        ],
      ),
    'convolution',
  );
  return { description, weights: primitiveDescriptor(description, query.weights, 0) };
}

/** @throws Unimplemented */
export function describeBackwardData(
  session: Session,
  geometry: Geometry,
  { dx, weights, map }: Descriptors,
  hint: Handle,
): Described {
  const { convolutionBackwardData, primitiveDescriptor } = session.functions;
  const places = placesOf(session, geometry);
  const { convolutionDirect, query } = onednn;
  const description = session.description(
    (out) => convolutionBackwardData(out, session.engine, convolutionDirect, dx, weights, map, ...places, hint, 0),
    'input gradient of a convolution',
  );
  return { description, weights: primitiveDescriptor(description, query.weights, 0) };
}

/** @throws Unimplemented */
export function describeBackwardWeights(
  session: Session,
  geometry: Geometry,
  { x, gradient, map }: Descriptors,
  hint: Handle,
): Described {
  const { convolutionBackwardWeights, primitiveDescriptor } = session.functions;
  const places = placesOf(session, geometry);
  const { convolutionDirect, query } = onednn;
  const description = session.description(
    (out) =>
      convolutionBackwardWeights(out, session.engine, convolutionDirect, x, gradient, 0, map, ...places, hint, 0),
    'weight gradient of a convolution',
  );
  return { description, weights: primitiveDescriptor(description, query.gradientOfWeights, 0) };
}

/** strides, dilations (0 is dense), padding before and after */
function placesOf(session: Session, { strides, dilations, before, after }: Geometry): Handle[] {
  return [strides, dilations.map((extent) => extent - 1), before, after].map((values) => session.numbers(values));
}

/** Whether there is a row, or a column, of the map for which no part of the kernel lies on the images. */
export function meetsPaddingAlone(geometry: Geometry): boolean {
  const { height, width, kernelHeight, kernelWidth, mapHeight, mapWidth, strides, dilations, before } = geometry;
  const extents = [
    [height, kernelHeight, mapHeight],
    [width, kernelWidth, mapWidth],
  ] as const;
  return extents.some(([extent, taps, positions], axis) => {
    const meets = (position: number): boolean => {
      const first = position * strides[axis]! - before[axis]!;
      for (let k = 0; k < taps; k++) {
        const place = first + k * dilations[axis]!;
        if (place >= 0 && place < extent) return true;
      }
      return false;
    };
    for (let position = 0; position < positions; position++) if (!meets(position)) return true;
    return false;
  });
}
