/**
 * Python's pickles (PEP 307, 3154 and 574: protocols 2 to 5), as far as they hold plain data and NumPy arrays. A pickle is
 * a program for a small stack machine that may call any function of Python. Here nothing but data can come of it: the
 * machine knows the instructions that build data and, of functions, those by which NumPy writes its arrays; every other
 * name is refused. An instruction takes at least a byte of the file and makes at most one value, strings are views of the
 * file, copies are bounded by its length, and instructions are counted: what is built cannot grow faster than the file.
 * What comes back may contain itself, so it must not be walked through without a bound.
 */
import { DataError } from '../../../errors/index.ts';
import { instructions, STOP } from './instructions.ts';
import { Machine } from './machine.ts';
import type { Pickled } from './values.ts';

export { type Pickled, PickledArray } from './values.ts';

/** CIFAR-100's larger file has some 300,000. */
const maximumInstructions = 1_000_000;

/**
 * @param bytes the whole file; strings and arrays in what comes back are views of it
 * @throws DataError where it is no pickle of such a protocol, is damaged, or asks for anything but data
 */
export function readPickle(name: string, bytes: Uint8Array): Pickled {
  const [first, protocol = 0] = bytes;
  if (first !== 0x80 || protocol < 2 || protocol > 5) {
    throw new DataError(`${name} is no pickle that is read`, {
      got: first === 0x80 ? `protocol ${protocol}` : `${bytes.length} bytes that start otherwise`,
      expected: 'a pickle of protocol 2 to 5',
      remedy: 'Check that it is the file of this data set, unpacked',
    });
  }
  const machine = new Machine(name, bytes);
  for (let count = 0; count < maximumInstructions; count++) {
    const code = machine.count(1);
    if (code === STOP) return machine.result();
    const instruction = instructions[code];
    if (instruction) {
      instruction(machine);
      continue;
    }
    throw new DataError(`${name} is no pickle of plain data`, {
      got: `instruction 0x${code.toString(16).padStart(2, '0')} at byte ${machine.place - 1}`,
      expected: 'numbers, texts, lists, tuples, dictionaries and NumPy arrays',
      remedy: 'Do not open it with Python unless you know where it comes from',
    });
  }
  throw new DataError(`${name} is too long a pickle`, {
    got: `more than ${maximumInstructions} instructions`,
    expected: 'a file of CIFAR, or one like it',
  });
}
