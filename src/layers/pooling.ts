import { ShapeError } from '../errors/index.ts';
import { type Graph, type Padding, type Tensor, type Window2d, formatShape } from '../graph/index.ts';
import type { Layer } from './layer.ts';
import { type Pair, pair } from './pair.ts';

export interface PoolingOptions<Extent> {
  /** extent of the window */
  readonly window: Extent;
  /** the window's extent unless given */
  readonly strides?: Extent;
  readonly padding?: Padding;
}

export type Pooling1dOptions = PoolingOptions<number>;
/** 2-d pools take one number for both axes, or a pair. */
export type Pooling2dOptions = PoolingOptions<number | Pair>;

type Operation = 'maxPool2d' | 'averagePool2d';

/**
 * Largest value of each window, of at most 256 places; padding is no candidate.
 * x [batch, height, width, channels] -> [batch, height', width', channels]
 */
export function maxPool2d(options: Pooling2dOptions): Layer {
  return pool2d('maxPool2d', options);
}

/** x [batch, length, channels] -> [batch, length', channels] */
export function maxPool1d(options: Pooling1dOptions): Layer {
  return pool1d('maxPool1d', 'maxPool2d', options);
}

/**
 * Mean of each window; padding is not counted.
 * x [batch, height, width, channels] -> [batch, height', width', channels]
 */
export function averagePool2d(options: Pooling2dOptions): Layer {
  return pool2d('averagePool2d', options);
}

/** x [batch, length, channels] -> [batch, length', channels] */
export function averagePool1d(options: Pooling1dOptions): Layer {
  return pool1d('averagePool1d', 'averagePool2d', options);
}

/** Mean over all positions. x [batch, length, channels] or [batch, height, width, channels] -> [batch, channels] */
export function globalAveragePool(): Layer {
  return {
    kind: 'globalAveragePool',
    build(x, { graph }) {
      const [, height, width] = mapShape('globalAveragePool', x);
      const sum = graph.apply('sumPositions', [x], {}, 'sum')[0]!;
      return graph.apply('scale', [sum], { factor: 1 / (height * width) }, 'mean')[0]!;
    },
  };
}

/** Largest over all positions. x [batch, length, channels] or [batch, height, width, channels] -> [batch, channels] */
export function globalMaxPool(): Layer {
  return {
    kind: 'globalMaxPool',
    build(x, { graph }) {
      const shape = mapShape('globalMaxPool', x);
      const map = x.shape.length === 4 ? x : graph.apply('reshape', [x], { shape })[0]!;
      const largest = overAllPositions(graph, map);
      return graph.apply('reshape', [largest], { shape: [shape[0], shape[3]] })[0]!;
    },
  };
}

/** A place in a window is kept as a byte: what has more than 256 places is cut into windows, and these again. */
const largestWindow = 256;

function overAllPositions(graph: Graph, map: Tensor): Tensor {
  let largest = map;
  do {
    const [, height, width] = largest.shape as readonly [number, number, number, number];
    const columns = Math.min(width, largestWindow);
    const window: Pair = [Math.min(height, Math.floor(largestWindow / columns)), columns];
    // SAME: windows at the edge hold what is left, and padding is no candidate
    largest = graph.apply('maxPool2d', [largest], { window, strides: window, padding: 'SAME' })[0]!;
  } while (largest.shape[1]! * largest.shape[2]! > 1);
  return largest;
}

/** [batch, height, width, channels] of x, the height of a line being 1. */
function mapShape(kind: string, { shape }: Tensor): readonly [number, number, number, number] {
  const [batch, ...others] = shape;
  if (batch === undefined || (shape.length !== 3 && shape.length !== 4)) {
    throw new ShapeError(`${kind} works on batch x positions x channels`, {
      got: formatShape(shape),
      expected: 'batch x length x channels or batch x height x width x channels',
    });
  }
  const [height, width, channels] = shape.length === 3 ? [1, ...others] : others;
  return [batch, height!, width!, channels!];
}

function pool2d(kind: Operation, { window, strides = window, padding = 'SAME' }: Pooling2dOptions): Layer {
  const attributes: Window2d = { window: pair(window), strides: pair(strides), padding };
  return {
    kind,
    build(x, { graph }) {
      if (x.shape.length !== 4) {
        throw new ShapeError(`${kind} works on batch x height x width x channels`, { got: formatShape(x.shape) });
      }
      return graph.apply(kind, [x], attributes)[0]!;
    },
  };
}

/** A pool over lines is one over maps of height 1. */
function pool1d(kind: string, operation: Operation, options: Pooling1dOptions): Layer {
  const { window, strides = window, padding = 'SAME' } = options;
  return {
    kind,
    build(x, { graph }) {
      if (x.shape.length !== 3) {
        throw new ShapeError(`${kind} works on batch x length x channels`, { got: formatShape(x.shape) });
      }
      const [batch, length, channels] = x.shape as readonly [number, number, number];
      const flat = graph.apply('reshape', [x], { shape: [batch, 1, length, channels] })[0]!;
      const attributes: Window2d = { window: [1, window], strides: [1, strides], padding };
      const pooled = graph.apply(operation, [flat], attributes)[0]!;
      return graph.apply('reshape', [pooled], { shape: [batch, pooled.shape[2]!, channels] })[0]!;
    },
  };
}
