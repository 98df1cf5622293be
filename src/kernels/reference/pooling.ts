import { type Shape, type Window2d, windowGeometry } from '../../graph/index.ts';
import type { BindTable, Elements } from './binding.ts';

/** Where the windows of a pooling lie: over maps [batch, height, width, channels]. */
export interface PoolGeometry {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly rows: number;
  readonly columns: number;
  /** row and column of the first window's first place: negative where SAME pads */
  readonly top: number;
  readonly left: number;
  readonly pool: Window2d;
}

export function poolGeometry(shape: Shape, pool: Window2d): PoolGeometry {
  const [batch, height, width, channels] = shape;
  const vertical = windowGeometry(height, pool.window[0], pool.strides[0], pool.padding);
  const horizontal = windowGeometry(width, pool.window[1], pool.strides[1], pool.padding);
  const { output: rows, before: above } = vertical;
  const { output: columns, before } = horizontal;
  return { batch, height, width, channels, rows, columns, top: -above, left: -before, pool };
}

/** Index in the map of place `place` (row by row) in the window of element `i` of the pooled map; -1 in the padding. */
export function placeInMap(geometry: PoolGeometry, i: number, place: number): number {
  const { height, width, channels, rows, columns, pool } = geometry;
  const channel = i % channels;
  const column = Math.floor(i / channels) % columns;
  const row = Math.floor(i / (channels * columns)) % rows;
  const example = Math.floor(i / (channels * columns * rows));
  const y = geometry.top + row * pool.strides[0] + Math.floor(place / pool.window[1]);
  const x = geometry.left + column * pool.strides[1] + (place % pool.window[1]);
  if (y < 0 || y >= height || x < 0 || x >= width) return -1;
  return ((example * height + y) * width + x) * channels + channel;
}

/** Maximum of each window and the place of the first one. A NaN is larger than anything, so that it is not lost. */
export function maxPool(geometry: PoolGeometry, map: Elements, pooled: Elements, indices: Elements): void {
  const [windowRows, windowColumns] = geometry.pool.window;
  for (let i = 0; i < pooled.length; i++) {
    let largest = Number.NEGATIVE_INFINITY;
    let first = -1;
    for (let place = 0; place < windowRows * windowColumns; place++) {
      const source = placeInMap(geometry, i, place);
      if (source < 0) continue;
      const value = map[source];
      if (first < 0 || value > largest || (Number.isNaN(value) && !Number.isNaN(largest))) {
        largest = value;
        first = place;
      }
    }
    pooled[i] = largest;
    indices[i] = first;
  }
}

/** How many places of the window of element `i` of the pooled map are not padding. */
function placesInside(geometry: PoolGeometry, i: number): number {
  const [windowRows, windowColumns] = geometry.pool.window;
  let count = 0;
  for (let place = 0; place < windowRows * windowColumns; place++) {
    if (placeInMap(geometry, i, place) >= 0) count++;
  }
  return count;
}

export const pooling: BindTable<'maxPool2d' | 'maxPool2dBackward' | 'averagePool2d' | 'averagePool2dBackward'> = {
  maxPool2d(attributes, [{ shape, data: x }], [{ data: y }, { data: indices }]) {
    const geometry = poolGeometry(shape, attributes);
    return () => maxPool(geometry, x, y, indices);
  },

  maxPool2dBackward({ inputShape, ...pool }, [{ data: dy }, { data: indices }], [{ data: dx }]) {
    const geometry = poolGeometry(inputShape, pool);
    const sums = new Float64Array(dx.length);
    return () => {
      sums.fill(0);
      for (let i = 0; i < dy.length; i++) sums[placeInMap(geometry, i, indices[i])] += dy[i];
      dx.set(sums);
    };
  },

  averagePool2d(attributes, [{ shape, data: x }], [{ data: y }]) {
    const geometry = poolGeometry(shape, attributes);
    const [windowRows, windowColumns] = attributes.window;
    return () => {
      for (let i = 0; i < y.length; i++) {
        let sum = 0;
        for (let place = 0; place < windowRows * windowColumns; place++) {
          const source = placeInMap(geometry, i, place);
          if (source >= 0) sum += x[source];
        }
        y[i] = sum / placesInside(geometry, i);
      }
    };
  },

  averagePool2dBackward({ inputShape, ...pool }, [{ data: dy }], [{ data: dx }]) {
    const geometry = poolGeometry(inputShape, pool);
    const [windowRows, windowColumns] = pool.window;
    const sums = new Float64Array(dx.length);
    return () => {
      sums.fill(0);
      for (let i = 0; i < dy.length; i++) {
        const part = dy[i] / placesInside(geometry, i);
        for (let place = 0; place < windowRows * windowColumns; place++) {
          const target = placeInMap(geometry, i, place);
          if (target >= 0) sums[target] += part;
        }
      }
      dx.set(sums);
    };
  },
};
