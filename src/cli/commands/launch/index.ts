import type { CommandFile } from '../../command-file.ts';
import { signals, timelineHelp, trainUsage } from '../train.ts';

/** `credence launch -n COUNT train ...` */
export const command: CommandFile = {
  name: 'launch',
  synopsis: '[options] [COMMAND...]',
  about: 'Start the ranks of a training, by MPI or as threads, and wait for them.',

  declare(words) {
    const launchers = 'threads, mpiexec, srun, aprun, jsrun or flux (default: mpiexec where it is found, else threads)';
    words
      .argument('COMMAND', 'what each rank gets: train, or data gw, and what belongs to it')
      .command.usage(`-n COUNT [-H HOST:SLOTS,...] train ${trainUsage}`)
      .addHelpText('after', signals)
      .option('-n <COUNT>', 'how many ranks (default: the slots of all hosts)')
      .option('-H, --hosts <HOST:SLOTS,...>', 'the hosts, and how many ranks each takes (default: this one)');
    words
      .option('hostfile', 'FILE', 'the same from a file, a line HOST slots=COUNT for each')
      .option('launcher', 'NAME', launchers)
      .wordList('launcherOption', 'WORD', 'one more word for the launcher; repeat it for more')
      .option('restarts', 'COUNT', 'after a failure go on from the last checkpoint, so many times (default: 0)')
      .option('timeline', 'FILE', timelineHelp)
      .command.option('--check-build', 'list the engines, communicators and launchers of this machine');
  },

  async run(given, terminal) {
    if (given.options<{ readonly checkBuild?: true }>().checkBuild) {
      const { checkBuild } = await import('./check-build.ts');
      return checkBuild(given, terminal);
    }
    const { launch } = await import('./run.ts');
    return launch(given, terminal);
  },
};
