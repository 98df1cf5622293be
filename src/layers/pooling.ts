import type { Padding } from '../graph/index.ts';
import { sizeOf } from '../graph/index.ts';
import type { Layer } from './layer.ts';

export interface PoolingOptions {
  /** extent of the window */
  readonly window: number;
  /** the window's extent unless given */
  readonly strides?: number;
  readonly padding?: Padding;
}

/** Largest value of each window. x [batch, height, width, channels] -> [batch, height', width', channels] */
export function maxPool2d({ window, strides = window, padding = 'SAME' }: PoolingOptions): Layer {
  return {
    kind: 'maxPool2d',
    build(x, { graph }) {
      return graph.apply('maxPool2d', [x], {
        window: [window, window],
        strides: [strides, strides],
        padding,
      })[0]!;
    },
  };
}

/** x [batch, length, channels] -> [batch, length', channels] */
export function maxPool1d({ window, strides = window, padding = 'SAME' }: PoolingOptions): Layer {
  return {
    kind: 'maxPool1d',
    build(x, { graph }) {
      const [batch, length, channels] = x.shape as [number, number, number];
      const flat = graph.apply('reshape', [x], { shape: [batch, 1, length, channels] })[0]!;
      const attributes = { window: [1, window], strides: [1, strides], padding } as const;
      const pooled = graph.apply('maxPool2d', [flat], attributes)[0]!;
      return graph.apply('reshape', [pooled], { shape: [batch, pooled.shape[2]!, channels] })[0]!;
    },
  };
}

/** x [batch, ...] -> [batch, features] */
export function flatten(): Layer {
  return {
    kind: 'flatten',
    build(x, { graph }) {
      const batch = x.shape[0]!;
      return graph.apply('reshape', [x], { shape: [batch, sizeOf(x.shape) / batch] })[0]!;
    },
  };
}
