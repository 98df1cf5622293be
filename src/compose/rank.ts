/** The worker thread of a rank other than the first: it trains its share, and says nothing but who is missing. */
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { joinThreads } from '../comm/threads/index.ts';
import { CommunicationError } from '../errors/index.ts';
import { SpanRing, noTimeline } from '../train/index.ts';
import { evaluationOnTheWay } from './evaluation.ts';
import { taken } from './handing.ts';
import { resolveModel } from './resolve.ts';
import type { RankWork } from './ranks.ts';
import { trainerOf } from './train-share.ts';

const { seat, configuration, info, train, held, resume, spans } = workerData as RankWork;
const communicator = joinThreads(seat);
const buffer = spans[seat.rank];
const timeline = buffer ? new SpanRing(buffer) : noTimeline;
try {
  const resolved = await resolveModel(configuration.model, info);
  const experiment = { configuration, ...resolved, data: { info } };
  const own = held && taken(held);
  const evaluate = evaluationOnTheWay(experiment, () => own, communicator);
  const share = { configuration, model: resolved.model, train: taken(train), resume };
  const trainer = await trainerOf(share, communicator, {
    timeline,
    evaluate,
  });
  await trainer.run();
  communicator.close();
} catch (error) {
  const { message } = error as Error;
  // The process ends soon: what a stream holds back would be lost.
  if (error instanceof CommunicationError) writeSync(2, `credence: ${message}\n`);
  communicator.abort(message);
  throw error;
}
