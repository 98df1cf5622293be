import { type Dialect, coresOfRank } from '../launchers.ts';
import { clockOf, minutesOf } from './duration.ts';
import { type BatchJob, ranksOf } from './job.ts';

export const schedulerNames = ['slurm', 'pbs', 'cobalt', 'flux', 'lsf', 'balsam'] as const;
export type SchedulerName = (typeof schedulerNames)[number];

/** A batch system whose jobs are bash scripts with directives in comments. */
export interface Scheduler {
  /** for people */
  readonly title: string;
  /** what a line of directives begins with */
  readonly prefix: string;
  /** @param log where the job's output goes, as a line of directives has it; null: the script itself sees to it */
  directives(job: BatchJob, log: string | null): string[];
  /** what starts the ranks, within a job */
  readonly launcher: { readonly dialect: Dialect; readonly program: string };
  /** the command that submits a script, and whether it reads it from its input */
  readonly submit: { readonly program: string; readonly words: readonly string[]; readonly isPiped?: boolean };
  /** the command by which a user ends a job */
  readonly cancel: string;
}

/** A directive that may be left away. */
function when(value: string | null, directive: (value: string) => string): string[] {
  return value === null ? [] : [directive(value)];
}

/** Seconds before the end of a job's time at which its ranks are asked for a checkpoint. */
const notice = 60;

const slurm: Scheduler = {
  title: 'Slurm',
  prefix: '#SBATCH',
  directives: ({ name, layout, seconds, queue, account, launcher }, log) => [
    `--job-name=${name}`,
    `--nodes=${layout.nodes}`,
    `--ntasks-per-node=${layout.ranksPerNode}`,
    `--cpus-per-task=${layout.threadsPerRank}`,
    `--time=${clockOf(seconds)}`,
    ...when(queue, (value) => `--partition=${value}`),
    ...when(account, (value) => `--account=${value}`),
    ...when(log, (path) => `--output=${path}`),
    '--open-mode=append',
    // To the ranks themselves; credence launch, in the place of the script, passes on what it gets.
    ...(seconds < 5 * notice ? [] : [`--signal=${launcher === 'own' ? '' : 'B:'}TERM@${notice}`]),
  ],
  launcher: { dialect: 'srun', program: 'srun' },
  submit: { program: 'sbatch', words: ['--parsable'] },
  cancel: 'scancel',
};

const pbs: Scheduler = {
  title: 'PBS',
  prefix: '#PBS',
  directives: ({ name, layout, seconds, queue, account }, log) => [
    `-N ${name}`,
    `-l select=${layout.nodes}:ncpus=${layout.ranksPerNode * layout.threadsPerRank}:mpiprocs=${layout.ranksPerNode}`,
    '-l place=scatter',
    `-l walltime=${clockOf(seconds)}`,
    ...when(queue, (value) => `-q ${value}`),
    ...when(account, (value) => `-A ${value}`),
    '-j oe',
    ...when(log, (path) => `-o ${path}`),
  ],
  launcher: { dialect: 'pals', program: 'mpiexec' },
  submit: { program: 'qsub', words: [] },
  cancel: 'qdel',
};

const cobalt: Scheduler = {
  title: 'Cobalt',
  prefix: '#COBALT',
  directives: ({ name, layout, seconds, queue, account }, log) => [
    `--jobname ${name}`,
    `-n ${layout.nodes}`,
    `-t ${clockOf(seconds)}`,
    ...when(queue, (value) => `-q ${value}`),
    ...when(account, (value) => `-A ${value}`),
    ...when(log, (path) => `-o ${path}`),
    ...when(log, (path) => `-e ${path.replace(/'?$/, (end) => `.err${end}`)}`),
  ],
  launcher: { dialect: 'aprun', program: 'aprun' },
  submit: { program: 'qsub', words: [] },
  cancel: 'qdel',
};

const flux: Scheduler = {
  title: 'Flux',
  prefix: '#flux:',
  directives: ({ name, layout, seconds, queue, account }, log) => [
    `--job-name=${name}`,
    `--nodes=${layout.nodes}`,
    `--nslots=${ranksOf(layout)}`,
    `--cores-per-slot=${coresOfRank(layout)}`,
    `--time-limit=${seconds}s`,
    ...when(queue, (value) => `--queue=${value}`),
    ...when(account, (value) => `--bank=${value}`),
    ...when(log, (path) => `--output=${path}`),
  ],
  launcher: { dialect: 'flux', program: 'flux' },
  submit: { program: 'flux', words: ['batch'] },
  cancel: 'flux cancel',
};

const lsf: Scheduler = {
  title: 'LSF',
  prefix: '#BSUB',
  directives: ({ name, layout, seconds, queue, account }, log) => [
    `-J ${name}`,
    `-nnodes ${layout.nodes}`,
    // hours and minutes
    `-W ${Math.floor(minutesOf(seconds) / 60)}:${`${minutesOf(seconds) % 60}`.padStart(2, '0')}`,
    ...when(queue, (value) => `-q ${value}`),
    ...when(account, (value) => `-P ${value}`),
    ...when(log, (path) => `-o ${path}`),
  ],
  launcher: { dialect: 'jsrun', program: 'jsrun' },
  submit: { program: 'bsub', words: [], isPiped: true },
  cancel: 'bkill',
};

export const schedulers: Readonly<Record<Exclude<SchedulerName, 'balsam'>, Scheduler>> = {
  slurm,
  pbs,
  cobalt,
  flux,
  lsf,
};
