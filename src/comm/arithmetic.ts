import { fromBfloat16, toBfloat16 } from '../graph/index.ts';
import type { Elements, Reduction } from './elements.ts';

/** Reduces a range of elements over `sources`, rank 0 first, into `target`, which may be one of them. */
export type Reducer = (target: Elements, sources: readonly Elements[], begin: number, end: number) => void;

/** The plain loops of every type but float32 sums, which are folds. bfloat16 is summed in float32 and rounded once. */
export function reducerOf(target: Elements, reduction: Reduction): Reducer {
  if (target instanceof BigInt64Array) return integers64(reduction);
  return target instanceof Uint16Array ? bfloat16(reduction) : numbers(reduction);
}

const combineNumbers: Readonly<Record<Reduction, (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  max: (a, b) => (a > b ? a : b),
  min: (a, b) => (a < b ? a : b),
};

const combineIntegers: Readonly<Record<Reduction, (a: bigint, b: bigint) => bigint>> = {
  sum: (a, b) => a + b,
  max: (a, b) => (a > b ? a : b),
  min: (a, b) => (a < b ? a : b),
};

function numbers(reduction: Reduction): Reducer {
  const combine = combineNumbers[reduction];
  return (target, sources, begin, end) => {
    const out = target as Float64Array;
    for (let i = begin; i < end; i++) {
      let value = sources[0][i] as number;
      for (let r = 1; r < sources.length; r++) value = combine(value, sources[r][i] as number);
      out[i] = value;
    }
  };
}

function integers64(reduction: Reduction): Reducer {
  const combine = combineIntegers[reduction];
  return (target, sources, begin, end) => {
    const out = target as BigInt64Array;
    for (let i = begin; i < end; i++) {
      let value = sources[0][i] as bigint;
      for (let r = 1; r < sources.length; r++) value = combine(value, sources[r][i] as bigint);
      out[i] = value;
    }
  };
}

function bfloat16(reduction: Reduction): Reducer {
  const combine = combineNumbers[reduction];
  return (target, sources, begin, end) => {
    const out = target as Uint16Array;
    for (let i = begin; i < end; i++) {
      let value = fromBfloat16(sources[0][i] as number);
      for (let r = 1; r < sources.length; r++) {
        value = Math.fround(combine(value, fromBfloat16(sources[r][i] as number)));
      }
      out[i] = toBfloat16(value);
    }
  };
}
