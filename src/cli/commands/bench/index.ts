import type { CommandFile } from '../../command-file.ts';

/** `credence bench` */
export const command: CommandFile = {
  name: 'bench',
  synopsis: '[options] [WHAT]',
  about: 'Measure how fast this machine trains; quote medians, and ratios only of one run.',

  async declare(words) {
    const { modelNames } = await import('../../../models/index.ts');
    const { settings } = await import('../../../train/index.ts');
    const engines = settings.engine.choices.filter((name) => name !== 'auto');
    const what = 'training: throughput and peak memory; scaling: the time of a step against ranks';
    words.command.usage('[training | scaling] [--key value ...]');
    words
      .argument('WHAT', what, 'training')
      .option('models', 'NAME,...', `${modelNames.join(', ')} (default: all but those of CIFAR and GW; scaling: two)`)
      .option('engines', 'NAME,...', `${engines.join(', ')} (default: all that work here but reference)`)
      .option('precisions', 'NAME,...', `${settings.precision.choices.join(', ')}: of training`, 'f32')
      .option('batches', 'COUNT,...', 'examples per replica and step (default: 64,128; scaling: 64)')
      .option('ranks', 'COUNT,...', 'each with a replica of its own (default: 1; scaling: 1 to as many as cores)')
      .option('rounds', 'COUNT', 'how often each is measured, in turn', '5')
      .option('seconds', 'SECONDS', 'of each measurement (default: 2, of slow networks 8)')
      .option('communicators', 'NAME,...', 'of scaling: threads, openmpi, mpich (default: all that are here)')
      .option('scalings', 'NAME,...', 'of scaling: weak, strong', 'weak,strong')
      .option('reductions', 'NAME,...', 'of scaling: exact, fast', 'exact')
      .option('out', 'FILE', 'write what was measured as JSON; of scaling for simulate and report');
  },

  async run(given, terminal) {
    const { bench } = await import('./run.ts');
    return bench(given, terminal);
  },
};
