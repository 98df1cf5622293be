/** Writes windows and their labels into an HDF5 file, block by block, on the library's own thread. */
import { createHash } from 'node:crypto';
import { DataError } from '../../errors/index.ts';
import { windowLength } from '../../gravitation/index.ts';
import { Hdf5Conversation } from '../own/arrays/hdf5-library.ts';
import type { SignalFile } from './layout.ts';

/** The library says nothing of a disk that is full: what was written is read again. */
const program = `
const { createHash } = require('node:crypto');
// The library writes the time into a file, and the same words are to make the same bytes.
Date.now = () => 0;
const library = load();
const { path, file: { data, label }, width } = workerData;
const bytesOf = (array) => {
  if (!array) throw new Error('less than was written');
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
};
let file = null;
let count = 0;
const answers = {
  append({ own }, windows) {
    if (file === null) {
      file = new own.File(path, 'w');
      if (file.file_id <= 0n) throw new Error('no file that can be written');
      // chunks of one row: rows that lie apart are read apart
      const words = { shape: [0, width], maxshape: [null, width], chunks: [1, width] };
      file.create_dataset({ name: data, data: new Float32Array(0), ...words });
    }
    const rows = windows.length / width;
    const set = file.get(data);
    set.resize([count + rows, width]);
    set.write_slice([[count, count + rows], [0, width]], windows);
    count += rows;
  },
  finish({ own }, labels) {
    file.create_dataset({ name: label, data: labels, shape: [count, labels.length / count] });
    file.flush();
    file.close();
    const again = new own.File(path, 'r');
    if (again.file_id <= 0n) throw new Error('a file that cannot be read again');
    const hash = createHash('sha256');
    const set = again.get(data);
    for (let row = 0; row < count; row += 256) hash.update(bytesOf(set.slice([[row, Math.min(count, row + 256)], []])));
    hash.update(bytesOf(again.get(label).value));
    again.close();
    return hash.digest('hex');
  },
};`;

export class SignalFileWriter {
  readonly #path: string;
  readonly #conversation: Hdf5Conversation;
  readonly #hash = createHash('sha256');

  /** @param path what is there is lost */
  constructor(path: string, file: SignalFile) {
    this.#path = path;
    this.#conversation = new Hdf5Conversation(program, { path, file, width: windowLength });
  }

  /** @param windows [count, 8192] */
  async append(windows: Float32Array): Promise<void> {
    this.#hash.update(bytesOf(windows));
    await this.#ask('append', windows);
  }

  /**
   * @param labels [all that were appended, 5]
   * @throws DataError where the disk holds something else than was written
   */
  async finish(labels: Float64Array): Promise<void> {
    this.#hash.update(bytesOf(labels));
    const written = await this.#ask('finish', labels);
    if (written !== this.#hash.digest('hex')) throw this.#failed('other numbers than were written');
  }

  end(): Promise<void> {
    return this.#conversation.end();
  }

  async #ask(question: 'append' | 'finish', numbers: Float32Array | Float64Array): Promise<unknown> {
    try {
      return await this.#conversation.ask(question, numbers);
    } catch (error) {
      throw this.#failed((error as Error).message);
    }
  }

  #failed(got: string): DataError {
    return new DataError(`${this.#path} cannot be written`, {
      got,
      remedy: 'Is the disk full? Make room, or give another folder, and start it again: what is complete is kept',
    });
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
