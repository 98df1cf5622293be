/** From a description and the words of a training to scripts: where they lie, which ranks run what. */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { countRanks } from '../../compose/index.ts';
import { UnavailableError, UsageError, quote } from '../../errors/index.ts';
import {
  type BatchJob,
  type SchedulerName,
  defaultPlugin,
  findSchedulers,
  ranksOf,
  renderBalsam,
  renderScript,
  schedulerNames,
  schedulers,
} from '../../launch/index.ts';
import { scheduleOf } from '../../train/index.ts';
import type { Given } from '../command-file.ts';
import { freeFolder, innerCommand, self } from '../inner-command.ts';
import { type TrainRequest, readTrainRequest } from '../request.ts';
import type { Description } from './description.ts';

/** What is written for one batch system: scripts, and the jobs that they are of. */
export interface Batch {
  readonly scheduler: SchedulerName;
  /** of the sweep; null for a single job */
  readonly sweep: string | null;
  readonly scripts: readonly { readonly path: string; readonly text: string }[];
  readonly jobs: readonly BatchJob[];
}

/** @throws UsageError, UnavailableError when none was named and none, or more than one, is here */
export function chooseScheduler({ scheduler, site, mpi }: Description): SchedulerName {
  const name = scheduler ?? onlyOne(findSchedulers());
  if (name !== 'slurm' && mpi !== null) {
    throw new UsageError(`--mpi ${mpi}`, {
      got: `--scheduler ${name}`,
      expected: 'slurm, whose srun has such plugins',
    });
  }
  if (name === 'balsam' && site === null) {
    throw new UsageError('--site is missing', {
      expected: 'the name of a Balsam site',
      remedy: 'balsam site ls lists them',
    });
  }
  return name;
}

function onlyOne(found: readonly SchedulerName[]): SchedulerName {
  if (found.length === 1) return found[0];
  if (found.length === 0) {
    throw new UnavailableError('no batch system is here: none of sbatch, qsub, flux, bsub and balsam is on the path', {
      remedy: `Name the system, for a script that is submitted elsewhere: --scheduler NAME --dry-run (${schedulerNames.join(', ')})`,
    });
  }
  throw new UsageError('which batch system?', { got: `here are ${found.join(', ')}`, expected: '--scheduler NAME' });
}

/** @throws UsageError for what would fail in every job */
export async function batchOf(
  scheduler: SchedulerName,
  description: Description,
  words: readonly string[],
  parse: Given['parse'],
  tell: (text: string) => void,
): Promise<Batch> {
  const { nodes } = description;
  const requests: TrainRequest[] = [];
  for (const count of nodes) {
    const ranks = count * description.ranksPerNode;
    const inner = await innerCommand('submit', filledIn(words, count, ranks), parse);
    const request = await readTrainRequest(inner!);
    assertWork(request, ranks);
    requests.push(request);
  }
  const isSweep = nodes.length > 1;
  const place = placeOf(requests[0], isSweep);
  const launcher = launcherOf(scheduler, description, tell);
  const jobs = nodes.map((count, i): BatchJob => {
    const run = isSweep ? join(place, `nodes-${count}`) : place;
    const layout = {
      nodes: count,
      ranksPerNode: description.ranksPerNode,
      threadsPerRank: description.threadsPerRank,
      threadsPerCore: description.threadsPerCore,
    };
    const filled = filledIn(words, count, ranksOf(layout));
    const isNew = requests[i].folder.kind !== 'resume';
    const stem = description.name ?? nameOf(place);
    return {
      name: isSweep ? `${stem}-${count}` : stem,
      layout,
      queue: description.queue,
      account: description.account,
      seconds: description.time,
      directives: description.schedulerOption,
      setup: description.setup,
      launcher,
      launcherOptions: [...(description.mpi ? [`--mpi=${description.mpi}`] : []), ...description.launcherOption],
      cwd: process.cwd(),
      program: description.program?.split(/\s+/) ?? self(),
      command: isNew ? withOut(filled, run) : filled,
      run: isNew ? run : null,
      log: `${run}.log`,
    };
  });
  const sweep = isSweep ? place : null;
  if (scheduler === 'balsam') {
    const tag = description.name ?? nameOf(place);
    const text = renderBalsam({ site: description.site!, tag, jobs });
    return { scheduler, sweep, jobs, scripts: [{ path: `${isSweep ? join(place, 'balsam') : place}.py`, text }] };
  }
  const system = schedulers[scheduler];
  return {
    scheduler,
    sweep,
    jobs,
    scripts: jobs.map((job) => ({ path: job.log.replace(/log$/, 'sh'), text: renderScript(system, job) })),
  };
}

/** `{nodes}` and `{ranks}` in a word stand for those of the job. */
function filledIn(words: readonly string[], nodes: number, ranks: number): string[] {
  return words.map((text) => text.replaceAll('{nodes}', `${nodes}`).replaceAll('{ranks}', `${ranks}`));
}

/** What would fail in every job is said before any waits in a queue. */
function assertWork({ configuration, isReplicaPerRank }: TrainRequest, ranks: number): void {
  const replicas = isReplicaPerRank ? ranks : configuration.replicas;
  // How large the training set is, is for the job to find out.
  countRanks(
    { ...configuration, ranks },
    scheduleOf({ ...configuration, replicas, iteration: 1 }, Number.POSITIVE_INFINITY),
  );
}

/** Absolute: the run folder of a single job, or the folder of a sweep, free of both. */
function placeOf({ folder }: TrainRequest, isSweep: boolean): string {
  const isTaken = (path: string): boolean => ['', '.sh', '.py'].some((end) => existsSync(`${path}${end}`));
  if (folder.kind === 'unique')
    return resolve(freeFolder(folder.parent, `${folder.name}${isSweep ? '-sweep' : ''}`, isTaken));
  if (folder.kind === 'resume') {
    if (!isSweep) return resolve(folder.path);
    throw new UsageError('a sweep cannot go on from one run', {
      remedy: 'Give one number of --nodes; or submit the scripts of the sweep again: each goes on with its own run',
    });
  }
  const holds = ['config.yaml', 'sweep.json'].find((name) => existsSync(join(folder.path, name)));
  if (holds === undefined) return resolve(folder.path);
  throw new UsageError(`${folder.path} already holds a ${holds === 'config.yaml' ? 'run' : 'sweep'}`, {
    expected: 'a new folder',
    remedy:
      holds === 'config.yaml'
        ? `Go on with it: credence submit ... train --resume ${quote(folder.path)}; or choose another folder with --out`
        : 'Submit its scripts again, or choose another folder with --out',
  });
}

/** A job's name from that of its run folder. */
function nameOf(place: string): string {
  const name = basename(place)
    .replaceAll(/[^\w.+-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 50);
  return name === '' ? 'credence' : name;
}

/** The words with `--out RUN` in the place of any other. */
function withOut(words: readonly string[], run: string): string[] {
  const kept = words.filter((text, i) => !/^--out(=|$)/.test(text) && words[i - 1] !== '--out');
  return [...kept, '--out', run];
}

/** Where no plugin connects the ranks of srun, each would be alone. */
function launcherOf(
  scheduler: SchedulerName,
  { launcher, mpi }: Description,
  tell: (text: string) => void,
): 'own' | 'mpiexec' {
  if (launcher !== null) return launcher;
  if (scheduler !== 'slurm' || mpi !== null || !findSchedulers().includes('slurm') || defaultPlugin() !== null)
    return 'own';
  tell('this Slurm has no MpiDefault: mpiexec starts the ranks; --mpi pmi2 or --mpi pmix would let srun do it');
  return 'mpiexec';
}
