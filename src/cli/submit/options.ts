import { type Command, Option } from 'commander';
import { schedulerNames } from '../../launch/index.ts';

/** Keys of a description, which are also flags, with what help says of them. */
const keys = [
  ['scheduler', 'NAME', `${schedulerNames.join(', ')} (default: the one that is found here)`],
  ['nodes', 'COUNT,...', 'how many nodes; of several numbers each gets a job and a run folder: a sweep (default: 1)'],
  ['ranksPerNode', 'COUNT', 'ranks on each node (default: 1)'],
  ['threadsPerRank', 'COUNT', 'hardware threads of a rank (default: 1)'],
  ['threadsPerCore', 'COUNT', 'hardware threads of a core that are used (default: 1)'],
  ['time', 'TIME', 'limit: H:MM:SS, D-HH:MM:SS, minutes or 1h30m (default: 1:00:00)'],
  ['queue', 'NAME', "queue or partition (default: the system's)"],
  ['account', 'NAME', 'account or project (default: your own)'],
  ['name', 'NAME', 'of the job (default: that of the run folder)'],
  ['setup', 'LINE', "a line of bash before the ranks start, 'module load cray-mpich'; repeat it for more"],
  ['schedulerOption', 'WORDS', 'one more directive, --constraint=knl; repeat it for more'],
  ['launcherOption', 'WORD', 'one more word for srun, aprun, jsrun, flux run or mpiexec; repeat it for more'],
  [
    'launcher',
    'NAME',
    "own (the batch system's way to start ranks) or mpiexec (that of the MPI at hand); default: own, with Slurm mpiexec " +
      'where neither --mpi nor the cluster (MpiDefault) says how ranks of srun find each other',
  ],
  ['mpi', 'NAME', 'Slurm: the plugin for the ranks of srun, pmi2 (MPICH and its kin) or pmix (Open MPI)'],
  ['site', 'NAME', 'Balsam: the site'],
  ['program', 'PATH', 'what stands for credence on the nodes (default: this one)'],
] as const;

/** Options that take a value: what follows them is no command. */
export const submitValued: readonly string[] = ['file', ...keys.map(([name]) => name)].map((name) => `--${name}`);

export interface SubmitOptions {
  /** as they were written, in that order */
  readonly flags: readonly { readonly name: string; readonly value: string }[];
  readonly file: string | null;
  readonly dryRun: boolean;
  readonly wait: boolean;
}

/** @param option an option that takes a value, and says so where it is missing */
export function addSubmit(
  program: Command,
  option: (name: string, placeholder: string, about: string) => Option,
  act: (options: SubmitOptions) => void,
): void {
  const flags: { name: string; value: string }[] = [];
  const command = program
    .command('submit')
    .argument('[COMMAND...]', 'train, and what belongs to it; {ranks} and {nodes} stand for those of each job')
    .description('Make batch scripts of a training and submit them; of several numbers of nodes, a sweep.')
    .usage('[--nodes COUNT,...] [--ranksPerNode COUNT] ... train [NAME | config.yaml] [--key value ...]')
    .addOption(option('file', 'FILE', 'YAML with the keys below, lists where they repeat, and `command`; flags win'));
  for (const [name, placeholder, about] of keys) {
    // What a batch system or a launcher gets may well begin with dashes.
    const isForeign = name === 'schedulerOption' || name === 'launcherOption';
    command.addOption(isForeign ? new Option(`--${name} <${placeholder}>`, about) : option(name, placeholder, about));
    command.on(`option:${name}`, (value: string) => void flags.push({ name, value }));
  }
  command
    .option('--dry-run', 'print the scripts, write and submit nothing')
    .option('--no-wait', 'Slurm: do not follow the jobs to their end')
    .addHelpText('after', explanation)
    .action((_: readonly string[], options: { file?: string; dryRun?: boolean; wait?: boolean }) => {
      const { file = null, dryRun = false, wait = true } = options;
      act({ flags, file, dryRun, wait });
    });
}

const explanation = `
Script, output and run folder lie side by side: runs/NAME.sh, runs/NAME.log, runs/NAME; those of a sweep in a folder of its
own, with sweep.json. A script that is submitted again goes on from the last checkpoint of its run.
With Slurm, credence follows the jobs and ends with their exit code, 1 where Slurm ended them (CANCELLED, TIMEOUT, ...).
Ctrl-C leaves the jobs in the queue and says how to cancel them. To the other systems jobs are handed over, no more.`;
