import { DriftError } from '../errors/index.ts';
import { sharedBuffer } from '../kernels/index.ts';
import type { Collective, Communicator } from './communicator.ts';

export interface DriftTensor {
  readonly name: string;
  readonly data: Float32Array;
}

/**
 * Compares checksums of tensors that must be the same on all ranks: a rank whose memory, library or input differs is
 * found by name before it spoils the run.
 */
export class DriftCheck {
  readonly #communicator: Communicator;
  readonly #tensors: readonly DriftTensor[];
  readonly #words: readonly Int32Array[];
  readonly #own: Int32Array;
  readonly #all: Int32Array;
  readonly #gather: Collective;

  constructor(communicator: Communicator, tensors: readonly DriftTensor[]) {
    const count = tensors.length;
    this.#communicator = communicator;
    this.#tensors = tensors;
    this.#words = tensors.map(({ data }) => new Int32Array(data.buffer, data.byteOffset, data.length));
    this.#own = new Int32Array(sharedBuffer(4 * count));
    this.#all = new Int32Array(sharedBuffer(4 * count * communicator.size));
    this.#gather = communicator.allgather(this.#own, this.#all, 'parameter checksums');
  }

  /** @throws DriftError, on every rank, naming the first tensor that differs and the ranks where it does */
  run(step: number): void {
    if (this.#communicator.size === 1) return;
    for (let i = 0; i < this.#own.length; i++) this.#own[i] = checksum(this.#words[i]);
    this.#gather.run(step);
    for (let i = 0; i < this.#own.length; i++) this.#compare(i, step);
  }

  #compare(tensor: number, step: number): void {
    const { size } = this.#communicator;
    let isSame = true;
    for (let rank = 1; rank < size; rank++) {
      isSame &&= this.#all[rank * this.#own.length + tensor] === this.#all[tensor];
    }
    if (isSame) return;
    const sums = Array.from({ length: size }, (_, rank) => this.#all[rank * this.#own.length + tensor]);
    const votes = (sum: number) => sums.filter((other) => other === sum).length;
    const common = sums.reduce((best, sum) => (votes(sum) > votes(best) ? sum : best));
    const ranks = sums.flatMap((sum, rank) => (sum === common ? [] : [rank]));
    const { name, data } = this.#tensors[tensor];
    throw new DriftError(
      `the ranks have drifted apart: at step ${step} the parameter ${name} (${data.length} elements) differs on ` +
        `rank ${ranks.join(', ')} from the ${size - ranks.length} other${size - ranks.length === 1 ? '' : 's'}`,
      { ranks, remedy: 'Resume from the last checkpoint, without the host of that rank if it happens again' },
    );
  }
}

/** MurmurHash3's 32-bit mix of the elements' bit patterns. */
export function checksum(words: Int32Array): number {
  let hash = words.length;
  for (let i = 0; i < words.length; i++) {
    let word = Math.imul(words[i], 0xcc9e2d51);
    word = Math.imul((word << 15) | (word >>> 17), 0x1b873593);
    hash ^= word;
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  return hash;
}
