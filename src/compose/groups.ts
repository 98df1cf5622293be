/** Groups of the test set by a column of its table. */
import type { ArrayExamples, RowExamples } from '../data/index.ts';
import { fileOfPart, readColumn } from '../datasets/index.ts';
import { UsageError } from '../errors/index.ts';
import { groupsOfNumbers } from '../evaluation/index.ts';
import { ownDataName } from '../train/index.ts';
import type { AskedGroups } from './details.ts';
import type { Experiment } from './experiment.ts';

/**
 * @param isOtherData whether the test set is a whole file that is not the run's
 * @throws UsageError where the data are no table, or it has no such column
 */
export async function groupsBy(
  column: string,
  { configuration }: Pick<Experiment, 'configuration'>,
  test: ArrayExamples,
  isOtherData: boolean,
): Promise<AskedGroups> {
  const { name, path, test: part } = configuration.data;
  if (name !== ownDataName || path === null) {
    throw new UsageError(`--by ${column} is for tables of your own`, {
      got: name,
      remedy: 'Leave it away: classes are told one by one as it is',
    });
  }
  const file = isOtherData ? path : (fileOfPart(part) ?? path);
  const read = await readColumn(file, column, rowsOf(test));
  const groups = read.kind === 'number' ? groupsOfNumbers(column, read.values) : { names: read.words, of: read.codes };
  return { by: column, groups };
}

/** Places in the file; null: all of it. */
function rowsOf(test: ArrayExamples & Partial<Pick<RowExamples, 'rows'>>): Int32Array | null {
  return test.rows ?? null;
}
