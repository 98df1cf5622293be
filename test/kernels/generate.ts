/** Seeded data for the contract suite: the same cases on every machine and every engine. */
import { type DataType, type Shape, sizeOf } from '../../src/graph/index.ts';
import { philox4x32 } from '../../src/random/index.ts';

export interface TestTensor {
  readonly shape: Shape;
  readonly dtype: DataType;
  /** bfloat16 as the numbers that it holds */
  readonly data: Float32Array | Int32Array | Uint8Array;
}

export function f32(shape: Shape, data: Iterable<number>): TestTensor {
  return { shape, dtype: 'f32', data: Float32Array.from(data) };
}

export class Random {
  readonly #counter = new Uint32Array(4);
  readonly #words = new Uint32Array(4);
  readonly #key = new Uint32Array(2);
  #drawn = 0;

  /** @param name decides the sequence, so that cases added to one operation leave the others as they were */
  constructor(name: string) {
    for (const letter of name) this.#key[0] = Math.imul(this.#key[0], 31) + letter.charCodeAt(0);
  }

  #word(): number {
    if (this.#drawn % 4 === 0) {
      this.#counter[0]++;
      philox4x32(this.#counter, this.#key, this.#words);
    }
    return this.#words[this.#drawn++ % 4];
  }

  /** uniform on [low, high) */
  real(low: number, high: number): number {
    return low + (high - low) * (this.#word() * 2 ** -32);
  }

  /** uniform on low .. high, both included */
  integer(low: number, high: number): number {
    return low + (this.#word() % (high - low + 1));
  }

  boolean(): boolean {
    return this.integer(0, 1) === 1;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length - 1)];
  }

  reals(shape: Shape, low = -2, high = 2): TestTensor {
    const data = new Float32Array(sizeOf(shape));
    for (let i = 0; i < data.length; i++) data[i] = this.real(low, high);
    return { shape, dtype: 'f32', data };
  }

  /**
   * Small integers times a power of two: sums of their products are exact in float32, in any order and with or without
   * fused multiply-add, so that every engine must give the same bits, and ties are frequent.
   */
  dyadic(shape: Shape, largest: number, unit = 1): TestTensor {
    return f32(
      shape,
      Array.from({ length: sizeOf(shape) }, () => unit * this.integer(-largest, largest)),
    );
  }

  signs(shape: Shape): TestTensor {
    return f32(
      shape,
      Array.from({ length: sizeOf(shape) }, () => (this.boolean() ? 1 : -1)),
    );
  }

  labels(batch: number, classes: number): TestTensor {
    return {
      shape: [batch],
      dtype: 'i32',
      data: Int32Array.from({ length: batch }, () => this.integer(0, classes - 1)),
    };
  }

  bytes(shape: Shape): TestTensor {
    return { shape, dtype: 'u8', data: Uint8Array.from({ length: sizeOf(shape) }, () => this.integer(0, 255)) };
  }
}
