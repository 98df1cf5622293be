import { UsageError } from '../../errors/index.ts';

/** Units from `begin` up to `end`. */
export interface UnitRange {
  readonly begin: number;
  readonly end: number;
}

/**
 * The units (replica, slice) of one rank: contiguous blocks in the order of the ranks, whose sizes differ by one at most.
 * @throws UsageError when there are more ranks than units
 */
export function unitsOfRank(units: number, rank: number, size: number): UnitRange {
  if (size > units) {
    throw new UsageError('there are more ranks than there is work to deal out', {
      got: `${size} ranks`,
      expected: `at most ${units}, one for each slice of each replica`,
      remedy: 'Give fewer --ranks, or more --replicas or --slices',
    });
  }
  return { begin: Math.floor((units * rank) / size), end: Math.floor((units * (rank + 1)) / size) };
}
