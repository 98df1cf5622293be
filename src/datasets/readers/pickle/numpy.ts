/**
 * The functions by which NumPy writes arrays into pickles, under the names that its versions 1 and 2 give them, and the
 * one by which Python 3 writes bytes in protocol 2. Each is done here, none is looked up.
 */
import { DataError } from '../../../errors/index.ts';
import { mostAxes } from '../npy.ts';
import { isText, type NumpyType, numpyType, typeNotRead } from '../numpy-types.ts';
import type { Machine } from './machine.ts';
import { type Pickled, PickledArray, PickledName, PickledType } from './values.ts';

type Arguments = readonly Pickled[];

const functions: Readonly<Record<string, (machine: Machine, parameters: Arguments) => Pickled>> = {
  'numpy.core.multiarray._reconstruct': emptyArray,
  'numpy._core.multiarray._reconstruct': emptyArray,
  'numpy.core.numeric._frombuffer': arrayOfBuffer,
  'numpy._core.numeric._frombuffer': arrayOfBuffer,
  'numpy.dtype': (machine, [item]) => new PickledType(machine.nameOf(item ?? null)),
  '_codecs.encode': encode,
};

/** Handed to a function, never called. */
const handed: ReadonlySet<string> = new Set(['numpy.ndarray']);

/** @throws DataError for every other name */
export function nameOf(machine: Machine, module: string, name: string): PickledName {
  const full = `${module}.${name}`;
  if (Object.hasOwn(functions, full) || handed.has(full)) return new PickledName(full);
  throw new DataError(`${machine.name} is no pickle of plain data`, {
    got: `the name ${JSON.stringify(full.slice(0, 80))} of Python`,
    expected: 'data and NumPy arrays, of which nothing is called',
    remedy: 'Do not open it with Python unless you know where it comes from',
  });
}

/** What a call of `callee` would give: the REDUCE instruction. */
export function call(machine: Machine, callee: Pickled, parameters: Pickled): Pickled {
  const name = callee instanceof PickledName ? callee.name : '';
  if (!Object.hasOwn(functions, name) || !Array.isArray(parameters))
    throw machine.damaged('a call of what is no function');
  return functions[name]!(machine, parameters);
}

/** Fills an array or a type with its state: the BUILD instruction. */
export function build(machine: Machine, target: Pickled, state: Pickled): void {
  if (!Array.isArray(state)) throw machine.damaged('a state that is no tuple');
  if (target instanceof PickledType) {
    target.order = machine.nameOf(state[1] ?? null);
    return;
  }
  if (!(target instanceof PickledArray)) throw machine.damaged('a state for what has none');
  const [, shape, type, isFortran, data] = state;
  fill(machine, target, { shape, type, isFortran, data });
}

function emptyArray(): PickledArray {
  return new PickledArray();
}

function arrayOfBuffer(machine: Machine, [data, type, shape, order]: Arguments): PickledArray {
  const isFortran = machine.nameOf(order ?? null) !== 'C';
  const array = new PickledArray();
  fill(machine, array, { shape, type, isFortran, data });
  return array;
}

interface ArrayState {
  readonly shape: Pickled | undefined;
  readonly type: Pickled | undefined;
  readonly isFortran: Pickled | undefined;
  readonly data: Pickled | undefined;
}

function fill(machine: Machine, array: PickledArray, { shape, type, isFortran, data }: ArrayState): void {
  if (!(data instanceof Uint8Array) || !(type instanceof PickledType) || !isShape(shape)) {
    throw machine.damaged('an array without shape, type or bytes');
  }
  const own = typeOf(machine, type);
  const size = shape.reduce((product, dimension) => product * dimension, own.bytes);
  if (size !== data.length) {
    throw machine.damaged(`an array of ${data.length} bytes that should have ${size} (${shape.slice(0, 8).join('x')})`);
  }
  array.type = own;
  array.shape = shape;
  array.isFortran = isFortran === true || isFortran === 1;
  array.data = data;
}

/** A shape may stand in the file once and be used by every instruction: its length has to be bounded. */
function isShape(shape: Pickled | undefined): shape is number[] {
  return (
    Array.isArray(shape) &&
    shape.length <= mostAxes &&
    shape.every((dimension) => Number.isSafeInteger(dimension) && Number(dimension) >= 0)
  );
}

function typeOf(machine: Machine, { item, order }: PickledType): NumpyType {
  const descr = /^\w/.test(item) ? `${order}${item}` : item;
  const type = numpyType(descr);
  if (type !== null && !isText(type)) return type;
  throw typeNotRead(`an array of ${machine.name}`, descr, 'integers, reals up to 64 bits or truth values');
}

/** Bytes as Python 3 puts them into protocol 2: a text whose code points they are. */
function encode(machine: Machine, [text, encoding]: Arguments): Uint8Array {
  if (typeof text !== 'string' || !/^latin-?1$/.test(machine.nameOf(encoding ?? null))) {
    throw machine.damaged('bytes in a form that Python does not write');
  }
  const bytes = machine.copy(text.length);
  for (let i = 0; i < bytes.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) throw machine.damaged('bytes in a form that Python does not write');
    bytes[i] = code;
  }
  return bytes;
}
