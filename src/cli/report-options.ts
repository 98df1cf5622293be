import type { Command, Option } from 'commander';
import { machines } from '../report/index.ts';

/** As they were written; null where they were not. */
export interface ReportOptions {
  readonly out: string | null;
  readonly scaling: string | null;
  readonly machine: string;
}

/** @param option an option that takes a value, and says so where it is missing */
export function addReport(
  program: Command,
  option: (name: string, placeholder: string, about: string) => Option,
  act: (folders: readonly string[], options: ReportOptions) => void,
): void {
  program
    .command('report')
    .argument('<RUN...>', 'folders of runs, or of sweeps that credence submit has made')
    .description('Write a page about one or several runs: training, evaluation, posterior, calibration, speed-up.')
    .usage('RUN... [--out DIR] [--scaling FILE]')
    .addOption(option('out', 'DIR', 'the folder of the page, index.html (default: RUN/report; several runs need it)'))
    .addOption(option('scaling', 'FILE', 'measured times of credence bench scaling, for the figure of the speed-up'))
    .addOption(
      option('machine', 'NAME', `what simulated curves assume: ${Object.keys(machines).join(', ')}`).default('laptop'),
    )
    .action(
      (folders: string[], { out = null, scaling = null, machine }: Partial<ReportOptions> & { machine: string }) => {
        act(folders, { out, scaling, machine });
      },
    );
}
