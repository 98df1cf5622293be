/**
 * Reads HDF5 while a training waits for it: the library is on a thread of its own, which may be lost to a damaged file, and
 * this thread stands still meanwhile, as it does for any file.
 */
import type { Worker } from 'node:worker_threads';
import { defaultPatience, hdf5Damaged, hdf5Worker } from '../arrays/hdf5-library.ts';
import { type Hdf5Place, rowBytesOf } from './place.ts';

/** Places in the words that both threads share. */
const state = 0;
const firstRow = 1;
const rowCount = 2;
const length = 3;
/** States: who has to do something. */
const idle = 0;
const wanted = 1;
const done = 2;
const failed = 3;
/** A message has to fit as well. */
const leastRoom = 1024;

/** It waits for questions until it is ended. */
const program = `
const { path, array, rest, words, room } = workerData;
const answer = (bytes, state) => {
  const into = new Uint8Array(room);
  into.set(bytes.subarray(0, into.length));
  words[${length}] = Math.min(bytes.length, into.length);
  Atomics.store(words, ${state}, state);
  Atomics.notify(words, ${state});
};
const fail = (error) => answer(new TextEncoder().encode(String(error?.message ?? error)), ${failed});
load().then(({ own }) => {
  let dataset = null;
  for (;;) {
    for (let now; (now = Atomics.load(words, ${state})) !== ${wanted}; ) Atomics.wait(words, ${state}, now);
    try {
      dataset ??= new own.File(path, 'r').get(array);
      const first = words[${firstRow}];
      const { buffer, byteOffset, byteLength } = dataset.slice([[first, first + words[${rowCount}]], ...rest]);
      answer(new Uint8Array(buffer, byteOffset, byteLength), ${done});
    } catch (error) {
      fail(error);
    }
  }
}).catch(fail);`;

const ending = new FinalizationRegistry<Worker>((worker) => void worker.terminate());

export class Hdf5Reader {
  readonly #path: string;
  readonly #rowBytes: number;
  readonly #patience: number;
  readonly #words = new Int32Array(new SharedArrayBuffer(16));
  readonly #room: SharedArrayBuffer;
  readonly #worker: Worker;
  #broken: string | null = null;

  /**
   * @param most rows that are read at once
   * @param patience milliseconds for an answer
   */
  constructor(place: Hdf5Place, most: number, patience = defaultPatience) {
    const { path, array, shape } = place;
    this.#path = path;
    this.#rowBytes = rowBytesOf(place);
    this.#patience = patience;
    this.#room = new SharedArrayBuffer(Math.max(leastRoom, most * this.#rowBytes));
    const rest = shape.slice(1).map((extent) => [0, extent]);
    this.#worker = hdf5Worker(program, { path, array, rest, words: this.#words, room: this.#room });
    // Whoever waits is told by the end of patience: no event comes while this thread stands still.
    this.#worker.on('error', () => {});
    this.#worker.unref();
    ending.register(this, this.#worker);
  }

  /**
   * @returns bytes on shared memory, until others are read
   * @throws DataError where the library cannot read them, or finds no end; then for good
   */
  read(first: number, count: number): Uint8Array {
    const words = this.#words;
    if (this.#broken === null) {
      words[firstRow] = first;
      words[rowCount] = count;
      Atomics.store(words, state, wanted);
      Atomics.notify(words, state);
      const isAnswered = this.#wait();
      const answer = new Uint8Array(this.#room, 0, words[length]);
      if (!isAnswered) this.#broken = `no end of reading after ${Math.round(this.#patience / 1000)} s`;
      else if (words[state] === failed) this.#broken = new TextDecoder().decode(new Uint8Array(answer));
      else if (answer.length !== count * this.#rowBytes) this.#broken = `${answer.length} bytes in ${count} rows`;
      Atomics.store(words, state, idle);
      if (this.#broken === null) return answer;
      void this.#worker.terminate();
    }
    throw hdf5Damaged(this.#path, this.#broken);
  }

  /**
   * Until the state says so: the call that wakes may be a late one, of the answer before.
   * @returns whether there is an answer
   */
  #wait(): boolean {
    const end = performance.now() + this.#patience;
    while (Atomics.load(this.#words, state) === wanted) {
      const left = end - performance.now();
      if (left <= 0) return false;
      Atomics.wait(this.#words, state, wanted, left);
    }
    return true;
  }
}
