import type { KernelCall } from '../kernels.ts';
import { type Geometry, geometryOf } from './geometry.ts';

/** How many columns of a map the kernels of AVX-512 unroll at most, and how many channels they take together. */
const unrolled = 28;
const block = 16;

/**
 * Whether oneDNN computes the weight gradient of a convolution wrongly. Found in 3.2 with plain calls of its primitives on
 * some 70,000 random geometries in each type, with NaN wherever nobody had written: these are all the wrong ones, forward
 * passes and gradients of the input were right in all of them; the third was found with AMX. The side of the padding takes no
 * part. Each holds on every processor, so that a call's bits depend on its shape alone.
 */
export function hasWrongWeightGradient(call: KernelCall): boolean {
  const geometry = geometryOf(call);
  if (call.inputs[0]!.dtype !== 'bf16') return padsTwice(geometry);
  return readsUnwrittenColumns(geometry) || losesDilatedRows(geometry) || readsBehindRows(geometry);
}

/**
 * In bfloat16 a row of the images is sorted by phase, column mod stride, into scratch, each phase with its padding. Of a
 * phase without any column nothing is written, the padding neither (jit_trans_iw_ic_int16_t of jit_transpose_utils.cpp),
 * and what meets this padding is a sum over whatever lay there. There is such a phase where a row has fewer columns than
 * the stride, one-pixel maps among them.
 */
function readsUnwrittenColumns({ width, strides }: Geometry): boolean {
  return width < strides[1];
}

/**
 * In bfloat16, where rows are dilated, maps wider than one unrolled piece and channels in blocks of which the last is not
 * full: the gradient of that last block's channels is wrong or not written. A kernel of one pixel goes another way.
 */
function losesDilatedRows({ height, dilations, mapWidth, inputs, kernelHeight, kernelWidth }: Geometry): boolean {
  const isPartial = inputs > block && inputs % block !== 0;
  return dilations[0] > 1 && height > 1 && mapWidth > unrolled && isPartial && kernelHeight * kernelWidth > 1;
}

/**
 * In bfloat16 with AMX, where rows are skipped and columns are not: columns go in pairs, and behind the end of a row that the
 * next one does not follow, nobody has written what the last pairs take. They take it times zero, so that it only shows where
 * it happens to be no number. Found with NaN there at maps of 29, 31, 61 to 63, 91 to 95 and 121 to 127 columns, of 8 to
 * 127, ever fewer with more taps, and never at a stride of columns above 1 or with one tap.
 */
function readsBehindRows({ strides, kernelWidth, mapWidth }: Geometry): boolean {
  return strides[0] > 1 && strides[1] === 1 && kernelWidth > 1 && mapWidth > unrolled;
}

/**
 * In float32 a map of one unrolled piece and a rest that the padding behind covers is cut into a half piece and the
 * others. What the padding in front has beyond this half is taken off once more from the columns of the second part, as
 * if strides were 1: `l_pad_tail` of jit_avx512_common_conv_kernel.cpp forgets them.
 */
function padsTwice({ strides, before, after, mapWidth }: Geometry): boolean {
  const isHalved = mapWidth > unrolled && mapWidth < 2 * unrolled && after[1] >= mapWidth - unrolled;
  return isHalved && strides[1] > 1 && before[1] > unrolled / 2;
}
