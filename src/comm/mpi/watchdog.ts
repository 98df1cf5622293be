import { Worker } from 'node:worker_threads';

/**
 * A thread that ends the process when a call into MPI does not come back in time. MPI_Init and MPI_Finalize wait for all
 * ranks inside the library, where no deadline of ours reaches; the message goes to stderr, and the launcher ends the
 * others. Everything else is started without waiting, and asked for.
 *
 * @param message for people, in one line
 */
export function guarded<T>(call: () => T, deadline: number, message: string): T {
  const over = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(program, { eval: true, execArgv: [], workerData: { over, deadline, message } });
  worker.unref();
  try {
    return call();
  } finally {
    Atomics.store(over, 0, 1);
    Atomics.notify(over, 0);
  }
}

/** Plain JavaScript: a worker cannot be started from a .ts file on Node 20. A handler of SIGTERM could not run. */
const program = `
const { workerData: { over, deadline, message } } = require('node:worker_threads');
// a second at a time: time in which the process was stopped is no waiting
let left = deadline;
while (left > 0 && Atomics.wait(over, 0, 0, Math.min(left, 1000)) === 'timed-out') left -= 1000;
if (left <= 0) {
  require('node:fs').writeSync(2, message + '\\n');
  process.kill(process.pid, 'SIGKILL');
}
`;
