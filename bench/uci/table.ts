import type { MeasuredMachine } from '../../src/machine/index.ts';
import { setNames } from './data.ts';
import type { Fitted, Task } from './fit.ts';
import { type Published, publishedNll, publishedRmse } from './published.ts';

export interface UciReport extends Pick<Task, 'draws' | 'validation' | 'settings'> {
  readonly machine: MeasuredMachine;
  readonly fitted: readonly Fitted[];
}

type FigureName = 'nll' | 'rmse' | 'crps' | 'coverage50' | 'coverage90' | 'seconds';

/** As many digits as the figure of a set is known to. */
function digitsOf(name: FigureName, mean: number): number {
  if (name === 'coverage50' || name === 'coverage90') return 2;
  if (name === 'seconds') return 1;
  return name !== 'nll' && Math.abs(mean) < 0.01 ? 5 : Math.abs(mean) < 0.1 ? 3 : 2;
}

export function renderUci({ machine, draws, validation, fitted }: UciReport): string {
  const { cpu, cores, memoryGiB, node, date } = machine;
  const held = validation > 0 ? `Judged by ${validation} of the training rows. ` : '';
  return [
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, Node ${node}, ${date}. ${held}Means ± standard error over the splits, ${draws} draws.`,
    '',
    head('credence'),
    ...(['nll', 'rmse', 'crps', 'coverage50', 'coverage90', 'seconds'] as const).map((name) => ours(name, fitted)),
    `| splits | ${setNames.map((set) => of(set, fitted).length).join(' | ')} |`,
    '',
    head('NLL, nats'),
    ours('nll', fitted, '**credence**'),
    ...publishedNll.map(published),
    '',
    head('RMSE'),
    ours('rmse', fitted, '**credence**'),
    ...publishedRmse.map(published),
    '',
    ...sources([...publishedNll, ...publishedRmse]),
    '',
  ].join('\n');
}

function head(title: string): string {
  return `| ${title} | ${setNames.join(' | ')} |\n|---|${setNames.map(() => '---:').join('|')}|`;
}

function of(set: string, fitted: readonly Fitted[]): readonly Fitted[] {
  return fitted.filter((one) => one.set === set);
}

const titles: Readonly<Record<FigureName, string>> = {
  nll: 'NLL, nats',
  rmse: 'RMSE',
  crps: 'CRPS',
  coverage50: 'coverage of 50 %',
  coverage90: 'coverage of 90 %',
  seconds: 'training of a split, s of processor',
};

function ours(name: FigureName, fitted: readonly Fitted[], title = titles[name]): string {
  const cells = setNames.map((set) => {
    const values = of(set, fitted).map((one) => one[name]);
    return values.length === 0 ? '' : meanAndError(values, name);
  });
  return `| ${title} | ${cells.join(' | ')} |`;
}

function meanAndError(values: readonly number[], name: FigureName): string {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const digits = digitsOf(name, mean);
  if (count === 1 || name === 'seconds') return mean.toFixed(digits);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  return `${mean.toFixed(digits)} ± ${Math.sqrt(variance / count).toFixed(digits)}`;
}

function published({ method, figures }: Published): string {
  return `| ${method} | ${figures.map((figure) => figure?.toFixed(2) ?? '-').join(' | ')} |`;
}

function sources(all: readonly Published[]): string[] {
  return [...new Set(all.map(({ source }) => source))].map((source) => {
    const methods = new Set(all.filter((one) => one.source === source).map(({ method }) => method));
    return `* ${[...methods].join(', ')}: ${source}`;
  });
}
