/** Markdown of what was measured. */
import type { MeasuredMachine } from '../../src/machine/index.ts';
import type { Spread } from '../../src/machine/index.ts';
import type { Limit } from './limits.ts';

export interface RowResult {
  readonly id: string;
  readonly what: string;
  /** of our side, then of each other one */
  readonly sides: readonly { readonly name: string; readonly spread: Spread }[];
  readonly unit: string;
  /** what has to be reached, in words */
  readonly target: string;
  /** the figure that is compared with it; null where it could not be measured */
  readonly reached: number | null;
  readonly isReached: boolean | null;
  /** what could not be measured, and why */
  readonly missing: readonly string[];
  readonly machine: MeasuredMachine;
}

export interface VersusReport {
  readonly machine: MeasuredMachine;
  /** of credence and of the peers, as far as they are known */
  readonly versions: Readonly<Record<string, string>>;
  readonly rounds: number;
  readonly limits: readonly Limit[];
  readonly rows: readonly RowResult[];
}

export function renderVersus({ machine, versions, rounds, limits, rows }: VersusReport): string {
  const { cpu, cores, memoryGiB, instructionSets, node, date } = machine;
  const sets = instructionSets.length > 0 ? `, ${instructionSets.join(' ')}` : '';
  return [
    `${cpu}, ${cores} cores${sets}, ${memoryGiB} GiB, Node ${node}, ${date}. ` +
      `${Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', ')}. Medians of ${rounds} rounds in turn.`,
    '',
    '| workload | credence | best peer | other peers | ratio, reached | target |',
    '|---|---:|---|---|---:|---:|',
    ...rows.map(line),
    '',
    'Limits of this machine, one core, measured in the same run:',
    ...limits.map(({ name, unit, value }) => `* ${name}: ${value.toFixed(1)} ${unit}`),
    '',
  ].join('\n');
}

function line({ what, sides, target, reached, isReached, missing }: RowResult): string {
  const [own, ...others] = sides;
  const [best, ...rest] = others.toSorted((a, b) => b.spread.median - a.spread.median);
  const mark = isReached === null ? '' : isReached ? ' (yes)' : ' (no)';
  const ratio =
    reached === null ? 'not measured' : `${reached >= 100 ? reached.toFixed(0) : reached.toFixed(2)}${mark}`;
  const left = [...rest.map(show), ...missing];
  return `| ${[what, own ? show(own) : '', best ? show(best) : '', left.join('; '), ratio, target].join(' | ')} |`;
}

function show({ name, spread: { median, min, max } }: RowResult['sides'][number]): string {
  const [middle, low, high] = [median, min, max].map((value) => Math.round(value).toLocaleString('en-US'));
  return `${name} ${middle} (${low} to ${high})`;
}
