/** From a NoiseKey to the words of its blocks, with the counter as keys.ts lays it out. */
import { UsageError } from '../errors/index.ts';
import type { NoiseKey } from './keys.ts';
import { philox4x32 } from './philox.ts';

const counter = new Uint32Array(4);
const key = new Uint32Array(2);

const limits = { purpose: 2 ** 8, step: 2 ** 32, replica: 2 ** 16, layer: 2 ** 16, example: 2 ** 24 } as const;

/**
 * Takes the key on for the following calls of `block`; nothing is kept from one fill to the next.
 * @throws UsageError where a field is not an integer or out of the range that keys.ts gives it
 */
export function useKey(noise: NoiseKey): void {
  check('seed', noise.seed, Number.MAX_SAFE_INTEGER, '2^53 - 1');
  check('purpose', noise.purpose, limits.purpose - 1, '255');
  check('step', noise.step, limits.step - 1, '2^32 - 1');
  check('replica', noise.replica, limits.replica - 1, '65535');
  check('layer', noise.layer, limits.layer - 1, '65535');
  check('example', noise.example, limits.example - 1, '2^24 - 1');
  key[0] = noise.seed % 2 ** 32;
  key[1] = Math.floor(noise.seed / 2 ** 32);
  counter[1] = noise.step;
  counter[2] = (noise.layer << 16) | noise.replica;
  counter[3] = (noise.purpose << 24) | noise.example;
}

/** Moves on to another example of the same key. */
export function useExample(noise: NoiseKey, example: number): void {
  check('example', example, limits.example - 1, '2^24 - 1');
  counter[3] = (noise.purpose << 24) | example;
}

/** The four words of one block under the key in use. */
export function block(index: number, words: Uint32Array): void {
  counter[0] = index;
  philox4x32(counter, key, words);
}

function check(field: string, value: number, largest: number, largestText: string): void {
  if (!Number.isInteger(value) || value < 0 || value > largest) {
    throw new UsageError(`noise key, ${field}`, {
      got: String(value),
      expected: `an integer from 0 to ${largestText}`,
    });
  }
}
