/** The worker thread of a rank of a prediction other than the first. */
import { workerData } from 'node:worker_threads';
import { type ThreadSeat, joinThreads } from '../comm/threads/index.ts';
import { modelFor } from './model.ts';
import { taken } from './handing.ts';
import { type HandedTask, predictShare } from './prediction.ts';

const { seat, task } = workerData as { readonly seat: ThreadSeat; readonly task: HandedTask };
const communicator = joinThreads(seat);
try {
  const own = { ...task, data: taken(task.data) };
  await predictShare(await modelFor(task.configuration.model, task.info), own, communicator);
  communicator.close();
} catch (error) {
  communicator.abort((error as Error).message);
  throw error;
}
