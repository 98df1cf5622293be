/** Cases of the contract with operands in bfloat16. */
import { type DataType, inferTypes, roundToBfloat16 } from '../../src/graph/index.ts';
import type { Case, Expectation } from './case.ts';
import type { Random, TestTensor } from './generate.ts';

/** Places of what a convolution or a product multiplies: what precision.ts keeps in bfloat16. */
const factors: Readonly<Record<string, readonly number[]>> = {
  matmul: [0, 1],
  dense: [0, 1],
  conv2d: [0, 1],
  conv2dBackward: [0, 1, 2, 3],
  flipoutConv2d: [0],
  flipoutConv2dBackward: [0, 5, 6],
};

/** Half a unit in the last place, relative to the number: bfloat16 has 8 bits of mantissa, the leading one among them. */
const rounding = 2 ** -8;

/**
 * A case with operands in bfloat16: as mixed precision has them where the operation multiplies, and any mix. What the
 * inputs hold is representable, so that the reference and the engine start from the same numbers.
 */
export function inBfloat16(tested: Case, random: Random): Case[] {
  // whole regions are float32: masters, moments and gradients
  if (tested.inPlace || tested.operation === 'countNonFinite') return [];
  const types = inferTypes(tested.operation, tested.inputs, tested.attributes);
  const places = factors[tested.operation];
  // the largest products have their blocks seen to in float32
  if (places && tested.inputs.reduce((sum, { data }) => sum + data.length, 0) > 150_000) return [];
  const anyMix = variant(
    tested,
    tested.inputs.map(() => random.boolean()),
    types.map(({ dtype }) => (dtype === 'f32' && random.boolean() ? 'bf16' : dtype)),
  );
  if (!places) return [anyMix];
  const mixedPrecision = variant(
    tested,
    tested.inputs.map((_, i) => places.includes(i)),
    // gradients are those of parameters, but for that of x, the last one where it is wanted
    types.map(({ dtype }, i) => {
      const { inputGradient } = tested.attributes as { inputGradient?: boolean };
      const isActivation = inputGradient === undefined ? i === 0 : inputGradient && i === types.length - 1;
      return dtype === 'f32' && isActivation ? 'bf16' : dtype;
    }),
  );
  return random.integer(0, 2) === 0 ? [mixedPrecision, anyMix] : [mixedPrecision];
}

function variant(tested: Case, isNarrow: readonly boolean[], stored: readonly DataType[]): Case {
  const inputs = tested.inputs.map((input, i) => (isNarrow[i] ? narrowed(input) : input));
  const mark = ({ dtype }: { dtype: DataType }) => (dtype === 'bf16' ? 'b' : '-');
  const note = `${tested.note} bfloat16 ${inputs.map(mark).join('')} > ${stored.map((dtype) => mark({ dtype })).join('')}`;
  const isBackward = /^(conv|flipoutConv).*Backward$/.test(tested.operation);
  const [dy] = isBackward ? inputs.slice(tested.operation === 'conv2dBackward' ? 2 : 5) : [];
  return {
    ...tested,
    inputs,
    stored,
    note: note.trim(),
    expect: (outputs) =>
      tested.expect(outputs).map((expectation, i) => {
        const summed = widened(expectation, dy?.dtype === 'bf16' ? rounding : 0);
        return stored[i] === 'bf16' ? rounded(summed, outputs[i].data) : summed;
      }),
  };
}

function narrowed(tensor: TestTensor): TestTensor {
  if (tensor.dtype !== 'f32') return tensor;
  return { ...tensor, dtype: 'bf16', data: (tensor.data as Float32Array).map(roundToBfloat16) };
}

/**
 * The bound was derived from the inputs before they were rounded, as sums of products of at most three of them. In a
 * convolution's gradient each term has the map's gradient as a factor, which may be rounded to dy's type.
 */
function widened(expectation: Expectation, extra: number): Expectation {
  if (typeof expectation === 'string') return expectation;
  const { magnitude, relative, absolute } = expectation;
  return { magnitude, relative: (relative + extra) * (1 + rounding) ** 3, absolute };
}

/**
 * Two engines whose float32 results lie d apart store bfloat16 numbers that lie at most d + one unit in the last place
 * apart, half a unit for each rounding. What is the same in float32 is the same in bfloat16.
 */
function rounded(expectation: Expectation, expected: ArrayLike<number>): Expectation {
  if (typeof expectation === 'string') return expectation;
  const { magnitude, relative, absolute } = expectation;
  const allowed = Array.from(expected, (value, i) => {
    const apart = relative * magnitude[i] + absolute;
    return apart + 2 * rounding * (Math.abs(value) + apart);
  });
  return { magnitude: allowed, relative: 1, absolute: 0 };
}
