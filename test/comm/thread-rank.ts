import { parentPort, workerData } from 'node:worker_threads';
import { type ThreadSeat, joinThreads } from '../../src/comm/threads/index.ts';
import { scenarios } from './scenarios.ts';

const { seat, names, leave } = workerData as { seat: ThreadSeat; names: string[]; leave: boolean };
const communicator = joinThreads(seat);
const results: Record<string, unknown> = {};
for (const name of names) results[name] = await scenarios[name](communicator);
parentPort!.postMessage(results);
if (leave) communicator.close();
