/** The worker thread of a rank other than the first: it trains its share and says nothing. */
import { workerData } from 'node:worker_threads';
import { joinThreads } from '../comm/threads/index.ts';
import { Trainer } from '../train/index.ts';
import { chooseEngine } from './engine.ts';
import type { RankWork } from './ranks.ts';

const { seat, configuration, data, resume } = workerData as RankWork;
const communicator = joinThreads(seat);
try {
  const kernels = await chooseEngine(configuration.engine);
  await new Trainer({ configuration, data, kernels, communicator, resume }).run();
  communicator.close();
} catch (error) {
  communicator.abort((error as Error).message);
  throw error;
}
