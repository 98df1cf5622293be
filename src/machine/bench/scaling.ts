import type { Launcher } from '../../launch/index.ts';
import type { Scaling } from '../../report/index.ts';
import { measureTraining, usualSeconds } from './measure.ts';
import { type Spread, spread } from './statistics.ts';

export interface ScalingOptions {
  readonly models: readonly string[];
  /** null: threads of one process */
  readonly communicators: ReadonlyMap<string, Launcher | null>;
  readonly scalings: readonly Scaling[];
  readonly reductions: readonly ('exact' | 'fast')[];
  /** ascending; the first is what the others are compared with */
  readonly ranks: readonly number[];
  /** examples per replica */
  readonly batch: number;
  readonly engine: string;
  readonly rounds: number;
  /** null: as long as the network needs */
  readonly seconds: number | null;
  readonly onDone: (text: string) => void;
}

/** What `simulate --measured` and `report --scaling` read, and the spreads beside it. */
export interface MeasuredSeries {
  readonly model: string;
  readonly communicator: string;
  readonly scaling: Scaling;
  /** examples per rank where weak, per step where strong */
  readonly batch: number;
  readonly points: readonly {
    readonly ranks: number;
    readonly stepMs: number;
    /** samples per second over all ranks */
    readonly throughput: Spread;
    /** throughput against the first number of ranks, in pairs of one round: what slowed the machine down met both */
    readonly ratio: Spread;
  }[];
}

/**
 * The time of a step against ranks. Weak scaling: a batch and a replica per rank. Strong: one and the same run, of as many
 * replicas as there are ranks at most, shared by fewer or more ranks. Rounds are interleaved.
 */
export async function benchScaling(options: ScalingOptions): Promise<MeasuredSeries[]> {
  const { models, communicators, scalings, reductions, ranks, batch, engine, rounds, onDone } = options;
  const most = Math.max(...ranks);
  const series = models.flatMap((model) =>
    [...communicators].flatMap(([name, mpi]) =>
      scalings.flatMap((scaling) =>
        reductions.map((reduce) => {
          const communicator = reduce === 'exact' ? name : `${name}, ${reduce}`;
          return { model, communicator, mpi, scaling, reduce, found: ranks.map((): number[] => []) };
        }),
      ),
    ),
  );
  for (let round = 1; round <= rounds; round++) {
    for (const { model, communicator, mpi, scaling, reduce, found } of series) {
      for (const [i, count] of ranks.entries()) {
        const settings = { engine, reduce, batchSize: batch, replicas: scaling === 'weak' ? count : most };
        const seconds = options.seconds ?? usualSeconds(model);
        const { samplesPerSecond } = await measureTraining({ model, settings, ranks: count, mpi, seconds });
        found[i]!.push(samplesPerSecond);
        onDone(`round ${round} of ${rounds}: ${model}, ${communicator}, ${scaling}, ${count} ranks`);
      }
    }
  }
  return series.map(({ model, communicator, scaling, found }) => ({
    ...{ model, communicator, scaling },
    batch: scaling === 'weak' ? batch : batch * most,
    points: ranks.map((count, i) => {
      const throughput = spread(found[i]!);
      const ratio = spread(found[i]!.map((value, round) => value / found[0]![round]!));
      const examples = batch * (scaling === 'weak' ? count : most);
      return { ranks: count, stepMs: (1e3 * examples) / throughput.median, throughput, ratio };
    }),
  }));
}

export function scalingTable(series: readonly MeasuredSeries[]): string {
  const shown = ({ median, min, max }: Spread, digits: number) =>
    `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
  const first = series[0]?.points[0]?.ranks;
  return [
    `| model | ranks as | scaling | ranks | step, ms | samples/s | against ${first} |`,
    '|---|---|---|---:|---:|---:|---:|',
    ...series.flatMap(({ model, communicator, scaling, points }) =>
      points.map(({ ranks, stepMs, throughput, ratio }) => {
        const figures = [ranks, stepMs.toFixed(3), shown(throughput, 0), shown(ratio, 2)];
        return `| ${[model, communicator, scaling, ...figures].join(' | ')} |`;
      }),
    ),
    '',
  ].join('\n');
}
