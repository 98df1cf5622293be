import { describe, expect, test } from 'vitest';
import { type ConvolutionBackwardAttributes, type DataType, type Shape, inferTypes } from '../../src/graph/index.ts';
import { hasWrongWeightGradient } from '../../src/kernels/onednn/faults.ts';

type Pair = readonly [number, number];

/** A weight gradient's call, SAME unless said otherwise; the contract runs both sides of each bound, among others. */
function isWrong(x: Shape, kernel: Shape, dtype: DataType, strides: Pair, dilations: Pair = [1, 1], padding = 'SAME') {
  const attributes = {
    ...{ strides, dilations, padding: padding as 'SAME' | 'VALID', pool: null, bias: false },
    ...{ activation: 'none', inputGradient: false },
  } satisfies ConvolutionBackwardAttributes;
  const [y] = inferTypes(
    'conv2d',
    [x, kernel].map((shape) => ({ shape, dtype: 'f32' as const })),
    attributes,
  );
  const inputs = [x, kernel, y!.shape, y!.shape].map((shape) => ({ shape, dtype, offset: 0 }));
  const outputs = [{ shape: kernel, dtype: 'f32' as const, offset: 0 }];
  return hasWrongWeightGradient({ operation: 'conv2dBackward', attributes, inputs, outputs });
}

describe('what oneDNN computes wrongly', () => {
  test('in bfloat16 rows of fewer columns than the stride', () => {
    expect(isWrong([2, 5, 1, 8], [2, 2, 8, 8], 'bf16', [1, 2])).toBe(true);
    expect(isWrong([2, 1, 3, 8], [1, 3, 8, 8], 'bf16', [1, 4], [1, 1], 'VALID')).toBe(true);
    expect(isWrong([2, 5, 2, 8], [2, 2, 8, 8], 'bf16', [1, 2])).toBe(false);
    expect(isWrong([2, 1, 5, 8], [2, 2, 8, 8], 'bf16', [2, 1])).toBe(false);
    expect(isWrong([2, 5, 1, 8], [2, 2, 8, 8], 'f32', [1, 2])).toBe(false);
  });

  test('in bfloat16 dilated rows of more than 28 columns, where the last block of channels is not full', () => {
    const wrong = (height: number, width: number, channels: number, dilation = 2, dtype: DataType = 'bf16') =>
      isWrong([1, height, width, channels], [2, 3, channels, 8], dtype, [1, 1], [dilation, 1]);
    expect(wrong(4, 29, 17)).toBe(true);
    expect([wrong(4, 28, 17), wrong(1, 29, 17), wrong(4, 29, 16), wrong(4, 29, 15), wrong(4, 29, 32)]).not.toContain(
      true,
    );
    expect([wrong(4, 29, 17, 1), wrong(4, 29, 17, 2, 'f32')]).not.toContain(true);
    expect(isWrong([1, 4, 29, 17], [1, 1, 17, 8], 'bf16', [1, 1], [2, 1])).toBe(false);
  });

  test('in bfloat16 skipped rows of more than 28 columns', () => {
    const wrong = (width: number, taps: number, strides: Pair, dtype: DataType = 'bf16', padding = 'SAME') =>
      isWrong([1, 3, width, 16], [1, taps, 16, 16], dtype, strides, [1, 1], padding);
    expect([wrong(31, 2, [2, 1]), wrong(29, 4, [2, 1]), wrong(61, 3, [3, 1])]).toEqual([true, true, true]);
    expect(wrong(32, 2, [3, 1], 'bf16', 'VALID')).toBe(true);
    expect([wrong(28, 2, [2, 1]), wrong(31, 1, [2, 1]), wrong(31, 2, [1, 1]), wrong(62, 2, [2, 2])]).not.toContain(
      true,
    );
    expect(wrong(31, 2, [2, 1], 'f32')).toBe(false);
  });

  test('in float32 strides behind a padding of more than 14 columns, with a map of 29 to 55', () => {
    // 7 taps, 5 apart: 15 columns of padding in front where the width is odd
    const wrong = (width: number, stride: number, dilation = 5, dtype: DataType = 'f32', padding = 'SAME') =>
      isWrong([1, 1, width, 3], [1, 7, 3, 8], dtype, [1, stride], [1, dilation], padding);
    expect([wrong(57, 2), wrong(67, 2), wrong(85, 2)]).toEqual([true, true, true]);
    // the rest of the map is longer than the padding behind it, or there are two pieces in front of it
    expect([wrong(87, 2), wrong(111, 2), wrong(115, 2)]).not.toContain(true);
    expect([wrong(67, 1), wrong(55, 2), wrong(86, 2), wrong(67, 2, 4), wrong(67, 2, 5, 'bf16')]).not.toContain(true);
    expect(wrong(100, 2, 5, 'f32', 'VALID')).toBe(false);
  });
});
