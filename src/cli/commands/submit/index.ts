import type { CommandFile } from '../../command-file.ts';
import { trainUsage } from '../train.ts';

/** `credence submit [--nodes COUNT,...] train ...` */
export const command: CommandFile = {
  name: 'submit',
  synopsis: '[options] [COMMAND...]',
  about: 'Make batch scripts of a training and submit them; of several numbers of nodes, a sweep.',

  async declare(words) {
    const { schedulerNames } = await import('../../../launch/index.ts');
    words
      .argument('COMMAND', 'train, and what belongs to it; {ranks} and {nodes} stand for those of each job')
      .option('file', 'FILE', 'YAML with the keys below, lists where they repeat, and `command`; flags win')
      .command.usage(`[--nodes COUNT,...] [--ranksPerNode COUNT] ... train ${trainUsage}`)
      .addHelpText('after', explanation);
    for (const [name, placeholder, about] of keysOf(schedulerNames)) {
      if (name === 'setup') words.list(name, placeholder, about);
      else if (name === 'schedulerOption' || name === 'launcherOption') words.wordList(name, placeholder, about);
      else words.option(name, placeholder, about);
    }
    words.command
      .option('--dry-run', 'print the scripts, write and submit nothing')
      .option('--no-wait', 'Slurm: do not follow the jobs to their end');
  },

  async run(given, terminal) {
    const { submit } = await import('./run.ts');
    return submit(given, terminal);
  },
};

/** Keys of a description, which are also flags, with what help says of them. */
function keysOf(
  schedulers: readonly string[],
): readonly (readonly [name: string, placeholder: string, about: string])[] {
  return [
    ['scheduler', 'NAME', `${schedulers.join(', ')} (default: the one that is found here)`],
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
  ];
}

const explanation = `
Script, output and run folder lie side by side: runs/NAME.sh, runs/NAME.log, runs/NAME; those of a sweep in a folder of its
own, with sweep.json. A script that is submitted again goes on from the last checkpoint of its run.
With Slurm, credence follows the jobs and ends with their exit code, 1 where Slurm ended them (CANCELLED, TIMEOUT, ...).
Ctrl-C leaves the jobs in the queue and says how to cancel them. To the other systems jobs are handed over, no more.`;
