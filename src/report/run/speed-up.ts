/** Runs that differ in their ranks, put beside each other: which belong together, and what they measured. */
import { nameOf } from '../../models/index.ts';
import type { Scaling } from '../scaling/index.ts';
import { type RunReport, sourceOf } from './read.ts';

/** Runs of one network that differ in their ranks. */
export interface RunSeries {
  /** the model and how it ran, as far as that tells the series apart */
  readonly name: string;
  readonly model: string;
  /** numbers in its gradient; null where the run does not say */
  readonly elements: number | null;
  readonly scaling: Scaling;
  /** examples per rank where weak, per step where strong */
  readonly batch: number;
  /** of an epoch */
  readonly examples: number;
  /** ascending in ranks, each once: of several runs the median */
  readonly points: readonly { readonly ranks: number; readonly samplesPerSecond: number; readonly runs: number }[];
}

/** Runs of one network, data, precision and batch; a series has two numbers of ranks at least. */
export function seriesOf(runs: readonly RunReport[]): RunSeries[] {
  const groups = groupBy(
    runs.flatMap((run) => {
      const start = run.starts.at(-1);
      const { configuration, timing } = run;
      return start && configuration && timing ? [{ start, configuration, timing }] : [];
    }),
    ({ configuration: { model, data, precision, batchSize } }) =>
      JSON.stringify([model, sourceOf(data), precision, batchSize]),
  );
  return [...groups.values()].flatMap((group) => {
    const { configuration, start } = group[0]!;
    const byRanks = groupBy(group, (run) => run.start.ranks);
    if (byRanks.size < 2) return [];
    const replicas = new Set(group.map((run) => run.configuration.replicas));
    const scaling: Scaling = replicas.size === 1 ? 'strong' : 'weak';
    const points = [...byRanks]
      .toSorted(([a], [b]) => a - b)
      .map(([ranks, same]) => {
        const rates = same.map((run) => run.timing.samplesPerSecond).toSorted((a, b) => a - b);
        return { ranks, samplesPerSecond: rates[rates.length >> 1]!, runs: same.length };
      });
    const { precision, batchSize } = configuration;
    const model = nameOf(configuration.model);
    const elements = start.parameters ?? null;
    const name = `${model}, batch ${batchSize}${precision === 'f32' ? '' : `, ${precision}`}`;
    const batch = scaling === 'weak' ? batchSize : batchSize * configuration.replicas;
    return [{ name, model, elements, scaling, batch, examples: start.examples, points }];
  });
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
