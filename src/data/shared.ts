import { DataError } from '../errors/index.ts';
import { sharedBuffer as zeros } from '../kernels/index.ts';

/** No array of examples may be longer, in bytes: what one machine trains on is far below. */
const largestArray = 2 ** 31;

/**
 * Zeros that ranks in threads share; a page without cross-origin isolation has no SharedArrayBuffer, and one rank.
 * @param name for messages: whose examples they are
 * @throws DataError where they do not fit
 */
export function sharedBuffer(name: string, bytes: number): ArrayBufferLike {
  if (bytes > largestArray) {
    throw new DataError(`${name} is too large`, {
      got: `${bytes} bytes to hold`,
      expected: `at most ${largestArray}`,
      remedy: 'Take fewer rows or columns',
    });
  }
  try {
    return zeros(bytes);
  } catch (cause) {
    throw new DataError(`${name} does not fit into memory`, { got: `${bytes} bytes to hold`, cause });
  }
}
