import { type Communicator, rankFromEnvironment } from '../comm/index.ts';
import { CommunicationError, UsageError } from '../errors/index.ts';
import { isModulePath } from '../models/index.ts';
import type { RunConfiguration } from '../train/index.ts';
import { differences } from './differences.ts';
import type { ExperimentData } from './experiment.ts';
import { moduleSha256 } from './module.ts';

/** Rank and size that a launcher (mpiexec, srun, aprun) gave this process; null for a process of its own. */
export function launchedAs(): { readonly rank: number; readonly size: number | null } | null {
  const launched = rankFromEnvironment(process.env);
  return launched === null || launched.size === 1 ? null : launched;
}

/** What every rank of a job is asked for, and for how long they wait for each other. */
type Asked = Pick<RunConfiguration, 'deadline'> & { readonly model?: RunConfiguration['model'] };

/**
 * Joins the job that this process was launched in, and makes sure that all ranks were asked for the same.
 * @throws UnavailableError without an MPI library
 * @throws UsageError on every rank, with the difference, when two were asked for different runs
 */
export async function joinJob(asked: Asked): Promise<Communicator> {
  const { joinMpi } = await import('../comm/mpi/index.ts');
  const communicator = await joinMpi({ deadlineSeconds: asked.deadline });
  assertSame(communicator, asked);
  return communicator;
}

function sharedIntegers(count: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * count));
}

/** @throws UsageError where a rank was asked for another run, or has other bytes in the module of its model */
function assertSame(communicator: Communicator, asked: Asked): void {
  const own = { ...asked, ...moduleOf(asked) };
  const text = JSON.stringify(own);
  const first = textOfFirst(communicator, text, 'configuration');
  const differing = aRankThatDiffers(communicator, text === first, 'configurations that differ');
  if (differing === null) return;
  const isOwn = text !== first;
  throw new UsageError('the ranks were not asked for the same run', {
    got: isOwn ? differences(JSON.parse(first), JSON.parse(text)) : `rank ${differing} was asked for another`,
    expected: 'one configuration for all',
    remedy: 'Start every rank with the same command',
  });
}

/** What the module of a model holds here: a host may have another file under the same path. */
function moduleOf({ model }: Asked): Readonly<Record<string, string>> {
  if (typeof model !== 'string' || !isModulePath(model)) return {};
  const key = `sha256 of ${model}`;
  try {
    return { [key]: moduleSha256(model) };
  } catch {
    return { [key]: 'no such file' };
  }
}

/**
 * A rank that reads other data than the first would train on them, and nobody would know.
 * @throws UsageError, on every rank
 */
export function assertSameData(communicator: Communicator, { source, sha256 }: ExperimentData): void {
  const own = sha256 ?? '';
  const first = textOfFirst(communicator, own, 'data');
  const differing = aRankThatDiffers(communicator, own === first, 'data that differ');
  if (differing === null) return;
  throw new UsageError('the ranks do not see the same data', {
    got: own === first ? `rank ${differing} has another ${source}` : `${source} with sha256 ${own}`,
    expected: own === first ? 'one file for all' : `sha256 ${first}, as rank 0`,
    remedy: 'Put the data on a file system that all hosts share',
  });
}

/** The text of rank 0, of any length. */
function textOfFirst(communicator: Communicator, own: string, name: string): string {
  const length = sharedIntegers(1).fill(own.length);
  communicator.broadcast(length, 0, name).run(0);
  const text = sharedIntegers(Math.max(1, length[0]!));
  if (communicator.rank === 0) for (let i = 0; i < own.length; i++) text[i] = own.charCodeAt(i);
  communicator.broadcast(text, 0, name).run(0);
  let first = '';
  for (let i = 0; i < length[0]!; i++) first += String.fromCharCode(text[i]!);
  return first;
}

/** The last rank that says so; null: none. The same on every rank. */
function aRankThatDiffers(communicator: Communicator, isSame: boolean, name: string): number | null {
  const differing = sharedIntegers(1).fill(isSame ? -1 : communicator.rank);
  communicator.allreduce(differing, 'max', name).run(0);
  return differing[0] === -1 ? null : differing[0]!;
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
