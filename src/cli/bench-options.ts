import type { Command, Option } from 'commander';
import { modelNames } from '../models/index.ts';

/** As they were written; null where they were not and the default depends on what is measured. */
export interface BenchOptions {
  readonly models: string | null;
  readonly engines: string | null;
  readonly precisions: string;
  readonly batches: string | null;
  readonly ranks: string | null;
  readonly rounds: string;
  readonly seconds: string | null;
  readonly communicators: string | null;
  readonly scalings: string;
  readonly reductions: string;
  readonly out: string | null;
}

/** @param option an option that takes a value, and says so where it is missing */
export function addBench(
  program: Command,
  option: (name: string, placeholder: string, about: string) => Option,
  act: (what: string, options: BenchOptions) => void,
): void {
  program
    .command('bench')
    .argument('[WHAT]', 'training: throughput and peak memory; scaling: the time of a step against ranks', 'training')
    .description('Measure how fast this machine trains; quote medians, and ratios only of one run.')
    .usage('[training | scaling] [--key value ...]')
    .addOption(option('models', 'NAME,...', `${modelNames.join(', ')} (default: all but those of CIFAR; scaling: two)`))
    .addOption(option('engines', 'NAME,...', 'wasm, onednn, reference (default: all that work here but reference)'))
    .addOption(option('precisions', 'NAME,...', 'f32, bf16: of training').default('f32'))
    .addOption(option('batches', 'COUNT,...', 'examples per replica and step (default: 64,128; scaling: 64)'))
    .addOption(
      option('ranks', 'COUNT,...', 'each with a replica of its own (default: 1; scaling: 1 to as many as cores)'),
    )
    .addOption(option('rounds', 'COUNT', 'how often each is measured, in turn').default('5'))
    .addOption(option('seconds', 'SECONDS', 'of each measurement (default: 2, of slow networks 8)'))
    .addOption(option('communicators', 'NAME,...', 'of scaling: threads, openmpi, mpich (default: all that are here)'))
    .addOption(option('scalings', 'NAME,...', 'of scaling: weak, strong').default('weak,strong'))
    .addOption(option('reductions', 'NAME,...', 'of scaling: exact, fast').default('exact'))
    .addOption(option('out', 'FILE', 'write what was measured as JSON; of scaling for simulate and report'))
    .action((what: string, given: Partial<BenchOptions>) => {
      act(what, { ...absent, ...given } as BenchOptions);
    });
}

const absent = {
  models: null,
  engines: null,
  batches: null,
  ranks: null,
  seconds: null,
  communicators: null,
  out: null,
};
