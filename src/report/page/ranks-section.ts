import { medianAfterWarmup } from '../../train/index.ts';
import { ranksFigure } from '../figures/ranks.ts';
import type { RankRecord } from '../run/rank-speeds.ts';
import type { RunReport } from '../run/read.ts';
import type { Album } from './album.ts';
import { grouped } from './figures.ts';
import { table } from './html.ts';

/** Of more ranks the slowest are listed. */
const mostListed = 16;

/** How fast each rank is, where several share the work: since the run last began or went on with as many. */
export async function ranksSection({ ranks }: RunReport, album: Album): Promise<string> {
  const count = ranks.at(-1)?.busy.length ?? 0;
  const first = ranks.findLastIndex(({ busy }) => busy.length !== count) + 1;
  const records = ranks.slice(first);
  if (records.length === 0) return '';
  const caption =
    'Ranks: each one computes its own examples, then all wait for the slowest to add up their gradients. Look for a rank ' +
    'that computes most of the time, and at a lower rate than the others: it is the one that they wait for.';
  const rows = Array.from({ length: count }, (_, rank) => ({
    rank,
    speed: medianOf(records, 'samplesPerSecond', rank),
    busy: medianOf(records, 'busy', rank),
  }));
  const listed = rows.toSorted((a, b) => a.speed - b.speed).slice(0, mostListed);
  const some = count > mostListed ? `<p class="notes">Of ${count} ranks the ${mostListed} slowest are listed.</p>` : '';
  return [
    '<h3>Ranks</h3>',
    await album.add('ranks', caption, (options) => ranksFigure(records, options)),
    table(
      ['rank', 'samples/s while it computes', 'computes'],
      listed
        .toSorted((a, b) => a.rank - b.rank)
        .map(({ rank, speed, busy }) => [
          `${rank}`,
          grouped(Math.round(speed)),
          `${Math.round(100 * busy)} % of a step`,
        ]),
    ),
    some,
  ].join('\n');
}

/** Of the records, the first few left out while the machine warms up. */
function medianOf(records: readonly RankRecord[], field: 'samplesPerSecond' | 'busy', rank: number): number {
  return medianAfterWarmup(Float64Array.from(records, (record) => record[field][rank]!));
}
