import { type Command, Option } from 'commander';
import { modelNames } from '../models/index.ts';
import { machines } from '../report/index.ts';

/** As they were written; null where they were not and there is no default. */
export interface SimulateOptions {
  readonly machine: string;
  readonly model: string;
  readonly step: string | null;
  readonly batch: string;
  readonly ranks: string;
  readonly scaling: string;
  readonly overlap: boolean;
  readonly wire: string;
  readonly bucketBytes: string;
  readonly spread: string | null;
  readonly measured: string | null;
  readonly figure: string | null;
}

/** @param option an option that takes a value, and says so where it is missing */
export function addSimulate(
  program: Command,
  option: (name: string, placeholder: string, about: string) => Option,
  act: (options: SimulateOptions) => void,
): void {
  const presets = Object.entries(machines).map(([name, { about }]) => `${name} (${about})`);
  program
    .command('simulate')
    .description('Predict the time of a step, speed-up and efficiency on 1 to 65,536 ranks.')
    .usage('--step MILLISECONDS | --measured FILE.json')
    .addOption(option('machine', 'NAME', `${presets.join('; ')}`).default('laptop'))
    .addOption(option('step', 'MILLISECONDS', 'the measured time of a step on one rank'))
    .addOption(option('model', 'NAME', `whose gradients travel: ${modelNames.join(', ')}`).default('BNN_conv_flip'))
    .addOption(option('batch', 'EXAMPLES', 'of a step on one rank, for the time of an epoch in a figure').default('64'))
    .addOption(
      option('ranks', 'COUNT,...', 'on how many').default('1,2,4,8,16,32,64,128,256,512,1024,4096,16384,65536'),
    )
    .addOption(option('scaling', 'NAME', 'weak: a batch per rank; strong: one batch, shared').default('weak'))
    .addOption(new Option('--overlap', 'reduce a bucket while the backward pass fills the next').default(false))
    .addOption(option('wire', 'NAME', 'float32 or bfloat16: what travels').default('float32'))
    .addOption(option('bucketBytes', 'BYTES', 'of gradients that travel together').default('1048576'))
    .addOption(option('spread', 'SHARE', "of a rank's compute time, its standard deviation (default: the machine's)"))
    .addOption(
      option('measured', 'FILE', 'measured times (credence bench scaling): one series each, the spread fitted'),
    )
    .addOption(option('figure', 'FILE', 'write training time and speed-up against ranks as SVG'))
    .addHelpText('after', validation)
    .action((given: SimulateOptions) => act({ ...absent, ...given }));
}

const absent = { step: null, spread: null, measured: null, figure: null };

const validation = `
The model: the cheapest allreduce of Thakur, Rabenseifner and Gropp (2005) for each bucket, within nodes, then between
them; the expected delay of the last of R ranks, each with a least time and an exponential delay.
Its error: fitted to 75.8 ms on 1 node of Theta and 82.6 ms on 2 (bnn_hvd, batch 128), it gives 8 nodes a speed-up of
6.13; 6.07 was measured, +0.9 %. Normal delays would give 6.53, +7.6 %.
What it cannot tell: whether that waiting was the machine's or Horovod's. With spread 17.6 % (theta-horovod) overlap and
bfloat16 leave the efficiency on 8 nodes at 0.77; with the 2 % assumed for theta it is 0.97, and 0.9 needs at most 6.3 %.`;
