/** The worker thread of a rank other than the first: it trains its share, and says nothing but who is missing. */
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { joinThreads } from '../comm/threads/index.ts';
import { CommunicationError } from '../errors/index.ts';
import { SpanRing, Trainer, noTimeline } from '../train/index.ts';
import { chooseEngine } from './engine.ts';
import { evaluationOnTheWay } from './evaluation.ts';
import type { RankWork } from './ranks.ts';

const { seat, configuration, data, test, resume, spans } = workerData as RankWork;
const communicator = joinThreads(seat);
const buffer = spans[seat.rank];
const timeline = buffer ? new SpanRing(buffer) : noTimeline;
try {
  const kernels = await chooseEngine(configuration.engine);
  const evaluate = evaluationOnTheWay(configuration, test, communicator);
  await new Trainer({ configuration, data, kernels, communicator, resume, timeline, evaluate }).run();
  communicator.close();
} catch (error) {
  const { message } = error as Error;
  // The process ends soon: what a stream holds back would be lost.
  if (error instanceof CommunicationError) writeSync(2, `credence: ${message}\n`);
  communicator.abort(message);
  throw error;
}
