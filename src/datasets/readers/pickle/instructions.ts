import type { Machine } from './machine.ts';
import { build, call, nameOf } from './numpy.ts';
import type { Pickled } from './values.ts';

type Instruction = (machine: Machine) => void;
type Size = 1 | 4 | 8;

const utf8 = new TextDecoder('utf-8', { fatal: true });

const bytes =
  (size: Size): Instruction =>
  (machine) =>
    machine.push(machine.take(machine.count(size)));
const text =
  (size: Size): Instruction =>
  (machine) =>
    machine.push(decode(machine, machine.take(machine.count(size))));
const tuple =
  (count: number): Instruction =>
  (machine) =>
    machine.push(machine.popMany(count));

/** The end of a pickle. */
export const STOP = 0x2e;

/**
 * The instructions that build data, by their codes; the names are those of Python's pickletools. Left out: the text forms
 * of protocols 0 and 1, sets, buffers outside the file, and all that makes instances of classes or refers to objects by
 * ids or extension codes.
 */
export const instructions: Readonly<Record<number, Instruction>> = {
  0x80: (machine) => void machine.take(1), // PROTO
  0x95: (machine) => void machine.take(8), // FRAME
  0x28: (machine) => machine.mark(), // MARK
  0x30: (machine) => void machine.pop(), // POP
  0x31: (machine) => void machine.popMarked(), // POP_MARK
  0x32: (machine) => machine.push(machine.top()), // DUP
  0x4e: (machine) => machine.push(null), // NONE
  0x88: (machine) => machine.push(true), // NEWTRUE
  0x89: (machine) => machine.push(false), // NEWFALSE
  0x4b: (machine) => machine.push(machine.count(1)), // BININT1
  0x4d: (machine) => machine.push(machine.count(2)), // BININT2
  0x4a: (machine) => machine.push(machine.count(4) | 0), // BININT
  0x8a: (machine) => machine.push(long(machine, machine.take(machine.count(1)))), // LONG1
  0x47: (machine) => machine.push(machine.real()), // BINFLOAT
  0x55: bytes(1), // SHORT_BINSTRING
  0x54: bytes(4), // BINSTRING
  0x43: bytes(1), // SHORT_BINBYTES
  0x42: bytes(4), // BINBYTES
  0x8e: bytes(8), // BINBYTES8
  0x96: bytes(8), // BYTEARRAY8
  0x8c: text(1), // SHORT_BINUNICODE
  0x58: text(4), // BINUNICODE
  0x8d: text(8), // BINUNICODE8
  0x5d: (machine) => machine.push([]), // EMPTY_LIST
  0x29: (machine) => machine.push([]), // EMPTY_TUPLE
  0x6c: (machine) => machine.push(machine.popMarked()), // LIST
  0x74: (machine) => machine.push(machine.popMarked()), // TUPLE
  0x85: tuple(1), // TUPLE1
  0x86: tuple(2), // TUPLE2
  0x87: tuple(3), // TUPLE3
  0x61: (machine) => append(machine, [machine.pop()]), // APPEND
  0x65: (machine) => append(machine, machine.popMarked()), // APPENDS
  0x7d: (machine) => machine.push(machine.dictionary()), // EMPTY_DICT
  0x73: (machine) => setItems(machine, machine.popMany(2)), // SETITEM
  0x75: (machine) => setItems(machine, machine.popMarked()), // SETITEMS
  0x71: (machine) => machine.remember(machine.count(1)), // BINPUT
  0x72: (machine) => machine.remember(machine.count(4)), // LONG_BINPUT
  0x94: (machine) => machine.remember(null), // MEMOIZE
  0x68: (machine) => machine.recall(machine.count(1)), // BINGET
  0x6a: (machine) => machine.recall(machine.count(4)), // LONG_BINGET
  0x63: (machine) => machine.push(nameOf(machine, machine.line(), machine.line())), // GLOBAL
  0x93: stackGlobal, // STACK_GLOBAL
  0x52: reduce, // REDUCE
  0x62: buildTop, // BUILD
};

function decode(machine: Machine, encoded: Uint8Array): string {
  try {
    // A decoder takes no view of shared memory.
    return utf8.decode(encoded.buffer instanceof SharedArrayBuffer ? new Uint8Array(encoded) : encoded);
  } catch {
    throw machine.damaged('a text that is not UTF-8');
  }
}

/** Two's complement, little-endian. */
function long(machine: Machine, digits: Uint8Array): number {
  if (digits.length > 8) throw machine.damaged(`an integer of ${digits.length} bytes`);
  const padded = new Uint8Array(8).fill((digits.at(-1) ?? 0) >= 0x80 ? 0xff : 0);
  padded.set(digits);
  return Number(new DataView(padded.buffer).getBigInt64(0, true));
}

function append(machine: Machine, values: readonly Pickled[]): void {
  const list = machine.top();
  if (!Array.isArray(list)) throw machine.damaged('an element for what is no list');
  for (const value of values) list.push(value);
}

function setItems(machine: Machine, items: readonly Pickled[]): void {
  const map = machine.top();
  if (!(map instanceof Map) || items.length % 2 !== 0) throw machine.damaged('an item for what is no dictionary');
  for (let i = 0; i < items.length; i += 2) map.set(machine.nameOf(items[i]!), items[i + 1]!);
}

function stackGlobal(machine: Machine): void {
  const [module, name] = machine.popMany(2);
  machine.push(nameOf(machine, machine.nameOf(module!), machine.nameOf(name!)));
}

function reduce(machine: Machine): void {
  const [callee, parameters] = machine.popMany(2);
  machine.push(call(machine, callee!, parameters!));
}

function buildTop(machine: Machine): void {
  const state = machine.pop();
  build(machine, machine.top(), state);
}
