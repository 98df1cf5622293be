import { expect, it } from 'vitest';
import { type Geometry, meetsPaddingAlone } from '../../src/kernels/onednn/geometry.ts';

/** Rows alone: of an extent, with a kernel of so many taps. */
function rows(extent: number, taps: number, dilation: number, stride: number, before: number, positions: number) {
  return {
    ...{ height: extent, kernelHeight: taps, mapHeight: positions, width: 1, kernelWidth: 1, mapWidth: 1 },
    ...{ strides: [stride, 1], dilations: [dilation, 1], before: [before, 0] },
  } as Pick<Geometry, 'height'> as Geometry;
}

it('a position that meets nothing but padding is seen', () => {
  // taps at -1 and 1, and at -3, -1, 1, 3, about an image of one row
  expect(meetsPaddingAlone(rows(1, 2, 2, 1, 1, 1))).toBe(true);
  expect(meetsPaddingAlone(rows(1, 4, 2, 4, 3, 1))).toBe(true);
  // taps at -1 and 2 of two rows; with a stride of 1 the next ones, at 0 and 3, meet one
  expect(meetsPaddingAlone(rows(2, 2, 3, 2, 1, 1))).toBe(true);
  expect(meetsPaddingAlone(rows(2, 2, 3, 1, 1, 2))).toBe(true);
  // as usual
  expect(meetsPaddingAlone(rows(1, 3, 2, 1, 2, 1))).toBe(false);
  expect(meetsPaddingAlone(rows(28, 5, 1, 1, 2, 28))).toBe(false);
  expect(meetsPaddingAlone(rows(5, 2, 3, 1, 1, 5))).toBe(false);
});
