/**
 * The HDF5 library on a thread of its own: some damage lets it go round in circles, or leaves its memory in disorder. A
 * thread can be ended, and takes that memory along.
 */
import type { Metadata } from 'h5wasm';
import { Hdf5Conversation, hdf5Damaged } from './hdf5-library.ts';

/** Milliseconds beside, for the length of the file. */
const patiencePerByte = 1e-3;

const program = `
const { readSync } = fs;
// Where the library has read last.
let position = null;
fs.readSync = (...words) => {
  position = words[4];
  return readSync(...words);
};
const library = load().then(({ own, module }) => {
  const file = new own.File(workerData.path, 'r');
  if (file.file_id <= 0n) throw new Error('bytes that the HDF5 library cannot open');
  return { own, module, file };
});
const answers = {
  names: ({ own, file }) => file.paths().filter((name) => file.get(name) instanceof own.Dataset),
  metadata: ({ file }, name) => structuredClone(file.get(name).metadata),
  value: ({ file }, name) => file.get(name).value,
  bytes: ({ module, file }, name) => {
    const { path, metadata } = file.get(name);
    const length = metadata.size * metadata.total_size;
    const at = module._malloc(Math.max(1, length));
    if (at === 0) throw new Error('no memory for ' + length + ' bytes');
    try {
      module.get_dataset_data(file.file_id, path, null, null, null, BigInt(at));
      return module.HEAPU8.slice(at, at + length);
    } finally {
      module._free(at);
    }
  },
  offset({ file }, name) {
    const dataset = file.get(name);
    const { shape, size } = dataset.metadata;
    const [count, ...rest] = shape;
    const bytesFrom = (row) => {
      const { buffer, byteOffset, byteLength } = dataset.slice([[row, row + 1], ...rest.map((extent) => [0, extent])]);
      return Buffer.from(buffer, byteOffset, byteLength);
    };
    position = null;
    dataset.slice([[0, 1], ...rest.map(() => [0, 1])]);
    if (position === null) return null;
    const offset = Number(position);
    const own = fs.openSync(workerData.path, 'r');
    const isThere = (row) => {
      const expected = bytesFrom(row);
      const got = Buffer.alloc(expected.length);
      const length = readSync(own, got, 0, got.length, offset + row * rest.reduce((a, b) => a * b, size));
      return length === got.length && got.equals(expected);
    };
    const isPlain = [0, count >> 1, count - 1].every(isThere);
    fs.closeSync(own);
    return isPlain ? offset : null;
  },
};`;

export class Hdf5Thread {
  readonly #path: string;
  readonly #limit: number;
  readonly #conversation: Hdf5Conversation;

  /**
   * @param length of the file, bytes
   * @param patience milliseconds for an answer, beside those for the length
   */
  constructor(path: string, length: number, patience: number) {
    this.#path = path;
    this.#limit = patience + patiencePerByte * length;
    this.#conversation = new Hdf5Conversation(program, { path });
  }

  async names(): Promise<readonly string[]> {
    return (await this.#ask('names', this.#path)) as readonly string[];
  }

  async metadata(name: string): Promise<Metadata> {
    return (await this.#ask('metadata', name)) as Metadata;
  }

  /** Texts, or what the library makes of other types. */
  value(name: string): Promise<unknown> {
    return this.#ask('value', name);
  }

  /** The elements as they are, but little-endian: the library has no numbers of 16 bits, and BigInts of 64. */
  async bytes(name: string): Promise<Uint8Array> {
    const bytes = await this.#ask('bytes', name);
    if (bytes instanceof Uint8Array) return bytes;
    throw hdf5Damaged(this.#path, `no bytes of ${name}`);
  }

  /**
   * Where the elements of an array that is in one piece begin: where the library reads the first of them, held against what
   * it gives for the first row, one in the middle, and the last.
   * @returns bytes from the start of the file; null: they are not side by side there
   */
  async offset(name: string): Promise<number | null> {
    const offset = await this.#ask('offset', name);
    return typeof offset === 'number' ? offset : null;
  }

  end(): Promise<void> {
    return this.#conversation.end();
  }

  async #ask(question: 'names' | 'metadata' | 'value' | 'bytes' | 'offset', name: string): Promise<unknown> {
    try {
      return await this.#conversation.ask(question, name, this.#limit);
    } catch (error) {
      throw hdf5Damaged(this.#path, (error as Error).message);
    }
  }
}
