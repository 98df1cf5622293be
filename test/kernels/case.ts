import {
  type Activation,
  type DataType,
  type OperationName,
  type Operations,
  formatShape,
  inferTypes,
  sizeOf,
} from '../../src/graph/index.ts';
import type { Bind, Operand } from '../../src/kernels/reference/binding.ts';
import { referenceTable } from '../../src/kernels/reference/table.ts';
import type { Random, TestTensor } from './generate.ts';

export const activationNames: readonly Activation[] = [
  'none',
  'relu',
  'tanh',
  'softplus',
  'sigmoid',
  'elu',
  'leakyRelu',
];

/** What the control block holds while a case runs. */
export interface ControlValues {
  readonly seed?: number;
  readonly step?: number;
  readonly replica?: number;
  readonly firstExample?: number;
  readonly stepSize?: number;
  readonly likelihoodScale?: number;
  readonly divergenceScale?: number;
}

/** How an output is held to the reference. */
export type Expectation =
  /** the same bits */
  | 'exact'
  /** |got - expected| <= relative * magnitude + absolute; NaN and infinities in the same places */
  | { readonly magnitude: ArrayLike<number>; readonly relative: number; readonly absolute: number }
  /** NaN at least where the reference has NaN */
  | 'nan';

export interface Case<O extends OperationName = OperationName> {
  readonly operation: O;
  readonly attributes: Operations[O];
  readonly inputs: readonly TestTensor[];
  /** what is special about it, for the message */
  readonly note: string;
  /** types of the outputs where they are not the operation's own */
  readonly stored?: readonly DataType[];
  /** one per output; derived from the reference's outputs */
  readonly expect: (outputs: readonly Operand[]) => readonly Expectation[];
  readonly control: ControlValues;
  /** output i lies in the memory of input i */
  readonly inPlace: boolean;
}

export type CaseTable = { readonly [O in OperationName]?: (random: Random) => Case[] };

export function makeCase<O extends OperationName>(
  operation: O,
  attributes: Operations[O],
  inputs: readonly TestTensor[],
  expect: Case['expect'],
  { note = '', control = {}, inPlace = false }: Partial<Pick<Case, 'note' | 'control' | 'inPlace'>> = {},
): Case {
  return { operation, attributes, inputs, expect, note, control, inPlace };
}

export function describeCase({ operation, attributes, inputs, note }: Case): string {
  const shapes = inputs.map(({ shape }) => formatShape(shape)).join(', ');
  return `${operation}(${shapes}) ${JSON.stringify(attributes)} ${note}`.trim();
}

/** Computes an operation in double on operands of a test's own: float64 in, float64 out. */
export function inDouble<O extends OperationName>(
  operation: O,
  attributes: Operations[O],
  inputs: readonly TestTensor[],
): Operand[] {
  const outputs = inferTypes(operation, inputs, attributes).map(({ shape, dtype }) => ({
    shape,
    dtype,
    data: dtype === 'u8' ? new Uint8Array(sizeOf(shape)) : new Float64Array(sizeOf(shape)),
  }));
  const control = { integers: new Uint32Array(32), floats: new Float32Array(32) };
  const bind = referenceTable[operation] as Bind<O>;
  bind(attributes, inputs, outputs, control)();
  return outputs;
}

/** |x|, for the sum of magnitudes: an operation that is linear in x, computed on |x|, bounds its rounding. */
export function magnitudes({ shape, data }: TestTensor): TestTensor {
  return { shape, dtype: 'f32', data: Float32Array.from(data, Math.abs) };
}

/** Rounding of a sum: relative to the sum of the magnitudes of its terms. */
export const sumTolerance = 1e-5;
/** Rounding of one function: a few units in the last place of float32, 6e-8 each. */
export const functionTolerance = 2e-6;
/** Below this, float32 is denormal and an engine may flush to zero. */
export const tiny = 1e-37;

export const exact: Case['expect'] = (outputs) => outputs.map(() => 'exact' as const);

/** Each output relative to its own size. */
export const relativeToResult: Case['expect'] = (outputs) =>
  outputs.map(({ data }) => ({ magnitude: data.map(Math.abs), relative: functionTolerance, absolute: tiny }));
