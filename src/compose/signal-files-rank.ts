/** The worker thread of a rank that makes gravitational waves, other than the first. */
import { workerData } from 'node:worker_threads';
import { type ThreadSeat, joinThreads } from '../comm/threads/index.ts';
import { type SignalTask, makeShare } from './signal-files.ts';

const { seat, task } = workerData as { readonly seat: ThreadSeat; readonly task: SignalTask };
const communicator = joinThreads(seat);
try {
  await makeShare(task, communicator);
  communicator.close();
} catch (error) {
  communicator.abort((error as Error).message);
  throw error;
}
