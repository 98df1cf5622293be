import { DataError } from '../../../errors/index.ts';
import type { Pickled } from './values.ts';

/** No key of a dictionary and no name is longer. */
const longestName = 256;

/** A batch of CIFAR is one. */
const mostDictionaries = 10_000;

const latin1 = new TextDecoder('latin1');

/**
 * The stack, the memo and the place in the file of a pickle that is being read. What instructions get from it is a view of
 * the file or a number: nothing grows faster than the file.
 */
export class Machine {
  readonly name: string;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #stack: Pickled[] = [];
  /** where the stack stood at each MARK that is open */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, Pickled>();
  #at = 0;
  #copied = 0;
  #dictionaries = 0;

  constructor(name: string, bytes: Uint8Array) {
    this.name = name;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  damaged(got: string): DataError {
    return new DataError(`${this.name} is damaged`, {
      got: `${got}, before byte ${this.#at} of ${this.#bytes.length}`,
      remedy: 'Fetch or copy it again',
    });
  }

  get place(): number {
    return this.#at;
  }

  /** The next bytes of the file: a view. */
  take(length: number): Uint8Array {
    const end = this.#at + length;
    if (!(end <= this.#bytes.length)) {
      throw new DataError(`${this.name} is truncated`, {
        got: `${this.#bytes.length} bytes`,
        expected: `at least ${end}`,
        remedy: 'Fetch or copy it again',
      });
    }
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  /** A little-endian count of so many bytes. */
  count(bytes: 1 | 2 | 4 | 8): number {
    const at = this.#at;
    this.take(bytes);
    if (bytes === 1) return this.#view.getUint8(at);
    if (bytes === 2) return this.#view.getUint16(at, true);
    const low = this.#view.getUint32(at, true);
    return bytes === 4 ? low : this.#view.getUint32(at + 4, true) * 2 ** 32 + low;
  }

  /** A big-endian double. */
  real(): number {
    const at = this.#at;
    this.take(8);
    return this.#view.getFloat64(at);
  }

  /** The rest of a line. */
  line(): string {
    const start = this.#at;
    const end = this.#bytes.indexOf(0x0a, start);
    if (end < 0 || end - start > longestName) throw this.damaged('a name without an end');
    this.#at = end + 1;
    return latin1.decode(new Uint8Array(this.#bytes.subarray(start, end)));
  }

  /** A short text, whichever of Python's strings it is. */
  nameOf(value: Pickled): string {
    if (typeof value === 'string' && value.length <= longestName) return value;
    if (value instanceof Uint8Array && value.length <= longestName) return latin1.decode(new Uint8Array(value));
    throw this.damaged('something else where a short text must be');
  }

  /** To be asked before bytes are copied: all copies together are no longer than the file. */
  copy(length: number): Uint8Array {
    this.#copied += length;
    if (this.#copied > this.#bytes.length) throw this.damaged('the same text copied again and again');
    return new Uint8Array(length);
  }

  /** An empty dictionary: hundreds of bytes for an instruction of one. */
  dictionary(): Pickled {
    if (++this.#dictionaries > mostDictionaries) throw this.damaged(`more than ${mostDictionaries} dictionaries`);
    return new Map();
  }

  push(value: Pickled): void {
    this.#stack.push(value);
  }

  /** The topmost value above the last mark. */
  top(): Pickled {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw this.damaged('an instruction without its operand');
    return this.#stack.at(-1)!;
  }

  pop(): Pickled {
    const value = this.top();
    this.#stack.pop();
    return value;
  }

  /** The topmost values, the last one last. */
  popMany(count: number): Pickled[] {
    return Array.from({ length: count }, () => this.pop()).toReversed();
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  /** What lies above the last mark, which goes. */
  popMarked(): Pickled[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.damaged('an instruction without its mark');
    return this.#stack.splice(mark);
  }

  /** @param index null: the next one */
  remember(index: number | null): void {
    this.#memo.set(index ?? this.#memo.size, this.top());
  }

  recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.damaged(`a reference to value ${index}, which is not there`);
    this.push(value);
  }

  /** The one value that must be left. */
  result(): Pickled {
    const value = this.pop();
    if (this.#stack.length > 0 || this.#marks.length > 0) throw this.damaged('values left over at its end');
    return value;
  }
}
