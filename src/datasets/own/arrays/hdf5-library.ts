/** The HDF5 library on threads of their own, and what is said of files that it cannot read. */
import { Worker } from 'node:worker_threads';
import { DataError } from '../../../errors/index.ts';

/** Milliseconds for an answer: to load the library, and to read a megabyte at the least on a machine that is busy. */
export const defaultPatience = 60_000;

/**
 * What each such program begins with: `load`, which gives the library. For each error the library writes a page to stderr,
 * which is a stream of its file system: it goes nowhere. (Its handler that throws instead ends in an abort where a text is
 * read.)
 */
const loader = `
const fs = require('node:fs');
const { devNull } = require('node:os');
const { parentPort, workerData } = require('node:worker_threads');
console.error = console.warn = console.log = () => {};
const load = async () => {
  const own = await import(workerData.library);
  const module = await own.ready;
  const { FS } = module;
  if (FS?.streams?.[2]) FS.streams[2].nfd = fs.openSync(devNull, 'w');
  return { own, module };
};
`;

/**
 * @param program JavaScript as text: a thread cannot be started from TypeScript. It has `fs`, `parentPort`, `workerData` and
 * `load`
 */
export function hdf5Worker(program: string, data: object): Worker {
  const workerData = { ...data, library: import.meta.resolve('h5wasm/node') };
  return new Worker(loader + program, { eval: true, execArgv: [], workerData });
}

interface Reply {
  readonly answer?: unknown;
  readonly error?: string;
}

/** Such a program that answers questions, one after the other, and the words of each. */
export class Hdf5Conversation {
  readonly #worker: Worker;
  #settle: (reply: Reply) => void = () => {};

  /** @param program defines `library`, a promise, and `answers`: functions of what it resolves to and a question's words */
  constructor(program: string, data: object) {
    this.#worker = hdf5Worker(program + listener, data);
    this.#worker.on('message', (reply: Reply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#settle({ error: String(error) }));
    this.#worker.on('exit', () => this.#settle({ error: 'the end of the thread that has the file' }));
  }

  /**
   * One question at a time: the next one comes after the answer.
   * @param patience milliseconds; without end unless given
   * @throws Error that says what the library does
   */
  ask(question: string, words: unknown, patience = Number.POSITIVE_INFINITY): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const overdue = `no end of reading after ${Math.round(patience / 1000)} s`;
      const timer = Number.isFinite(patience)
        ? setTimeout(() => this.#settle({ error: overdue }), patience)
        : undefined;
      this.#settle = ({ answer, error }) => {
        clearTimeout(timer);
        if (error === undefined) resolve(answer);
        else reject(new Error(error));
      };
      this.#worker.postMessage({ question, words });
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

const listener = `
parentPort.on('message', async ({ question, words }) => {
  try {
    parentPort.postMessage({ answer: await answers[question](await library, words) });
  } catch (error) {
    parentPort.postMessage({ error: String(error?.message ?? error) });
  }
});`;

/** What the library, or the end of patience with it, says of a file. */
export function hdf5Damaged(path: string, message: string): DataError {
  const first = message.split('\n')[0].trim().slice(0, 200);
  return new DataError(`${path} is no HDF5 file, or is damaged`, {
    got: first.includes('name not defined') ? 'what the HDF5 library does not know' : first,
    remedy: 'Fetch or copy it again',
  });
}
