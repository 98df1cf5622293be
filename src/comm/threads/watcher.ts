import { type MessagePort, Worker } from 'node:worker_threads';

/** A word of shared memory that becomes 1 when a rank is gone, and the port that ends with its thread. */
export interface Pulse {
  readonly word: number;
  readonly port: MessagePort;
}

/**
 * A thread that sees threads end. The one that started them may itself wait for them in a collective, where no event
 * reaches it; and a thread that dies of memory says nothing itself. The watcher ends with the last of them.
 * @param words the board's, whose word `bell` is rung
 */
export function watchThreads(words: SharedArrayBuffer, bell: number, pulses: readonly Pulse[]): void {
  const worker = new Worker(program, {
    eval: true,
    execArgv: [],
    workerData: { words, bell, pulses },
    transferList: pulses.map(({ port }) => port),
  });
  worker.unref();
}

/** Plain JavaScript: a worker cannot be started from a .ts file on Node 20. */
const program = `
const { workerData } = require('node:worker_threads');
const words = new Int32Array(workerData.words);
for (const { word, port } of workerData.pulses) {
  port.on('message', () => {});
  port.on('close', () => {
    Atomics.store(words, word, 1);
    Atomics.add(words, workerData.bell, 1);
    Atomics.notify(words, workerData.bell);
  });
}
`;
