import type { CommandFile } from '../../command-file.ts';

/** `credence data` */
export const command: CommandFile = {
  name: 'data',
  synopsis: '[options] [ACTION] [NAME]',
  about: 'The data sets: which are here and where, fetch one ahead of its first use, verify its files; make gw.',

  async declare(words) {
    const { datasetNames } = await import('../../../datasets/index.ts');
    words.command.usage(
      '[list | where NAME | fetch NAME | verify NAME]\n       credence data gw --out FOLDER [--count COUNT]',
    );
    words
      .argument('ACTION', 'list, where, fetch, verify, or gw: make gravitational waves (default: list)')
      .argument('NAME', `the data set: ${datasetNames.join(', ')}`)
      .option('out', 'DIR', 'gw: where the files go, HDF5; one that was begun is gone on with')
      .option('count', 'COUNT', 'gw: binaries to train on, each at seven levels of loudness (default: 2000)')
      .option('test', 'COUNT', 'gw: others to test on (default: a tenth of --count)')
      .option('seed', 'INTEGER', 'gw: keys binaries and noise (default: 0)')
      .option('peakSnr', 'LEAST,MOST', 'gw: of the largest sample over the noise (default: 1,3)')
      .option('louder', 'FACTOR', 'gw: how many times louder the first level is (default: 10)')
      .option('ranks', 'COUNT', 'gw: threads that share the work (default: one per core)')
      .option('deadline', 'SECONDS', 'gw: how long a rank waits for another without progress (default: 30)');
  },

  async run(given, terminal) {
    const [action] = given.words;
    if (action === 'gw') return (await import('./waves.ts')).makeWaves(given, terminal);
    return (await import('./run.ts')).data(given, terminal);
  },
};
