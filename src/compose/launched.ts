import { type Communicator, rankFromEnvironment } from '../comm/index.ts';
import { CommunicationError, UsageError } from '../errors/index.ts';
import type { RunConfiguration } from '../train/index.ts';

/** Rank and size that a launcher (mpiexec, srun, aprun) gave this process; null for a process of its own. */
export function launchedAs(): { readonly rank: number; readonly size: number | null } | null {
  const launched = rankFromEnvironment(process.env);
  return launched === null || launched.size === 1 ? null : launched;
}

/**
 * Joins the job that this process was launched in, and makes sure that all ranks were asked for the same.
 * @throws UnavailableError without an MPI library
 * @throws UsageError on every rank, with the difference, when two were asked for different runs
 */
export async function joinJob(configuration: RunConfiguration): Promise<Communicator> {
  const { joinMpi } = await import('../comm/mpi/index.ts');
  const communicator = await joinMpi({ deadlineSeconds: configuration.deadline });
  assertSame(communicator, configuration);
  return communicator;
}

function sharedIntegers(count: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * count));
}

/** Characters of a configuration that are compared. */
const length = 4096;

function assertSame(communicator: Communicator, configuration: RunConfiguration): void {
  const own = JSON.stringify(configuration);
  const text = sharedIntegers(length);
  if (communicator.rank === 0) for (let i = 0; i < own.length; i++) text[i] = own.charCodeAt(i);
  communicator.broadcast(text, 0, 'configuration').run(0);
  const first = String.fromCharCode(...text.subarray(0, text.includes(0) ? text.indexOf(0) : length));
  const differing = sharedIntegers(1).fill(first === own.slice(0, length) ? -1 : communicator.rank);
  communicator.allreduce(differing, 'max', 'configurations that differ').run(0);
  if (differing[0] === -1) return;
  const got =
    differing[0] === communicator.rank ? differenceOf(first, own) : `rank ${differing[0]} was asked for another`;
  throw new UsageError('the ranks were not asked for the same run', {
    got,
    expected: 'one configuration for all',
    remedy: 'Start every rank with the same command',
  });
}

function differenceOf(first: string, own: string): string {
  const [expected, got] = [JSON.parse(first) as Record<string, unknown>, JSON.parse(own) as Record<string, unknown>];
  const keys = Object.keys(got).filter((key) => JSON.stringify(got[key]) !== JSON.stringify(expected[key]));
  return keys
    .map((key) => `${key} ${JSON.stringify(got[key])} where rank 0 has ${JSON.stringify(expected[key])}`)
    .join(', ');
}

/** @throws CommunicationError, on every rank, when the ranks have found different checkpoints to go on from */
export function assertSameStep(communicator: Communicator, step: number): void {
  const steps = sharedIntegers(communicator.size);
  communicator.allgather(sharedIntegers(1).fill(step), steps, 'first step').run(0);
  if (steps.every((other) => other === steps[0])) return;
  throw new CommunicationError('the ranks see different checkpoints', {
    ranks: [communicator.rank],
    got: `steps ${steps.join(', ')} on ranks 0 to ${steps.length - 1}`,
    expected: 'one run folder for all',
    remedy: 'Put the run folder on a file system that all hosts share',
  });
}
