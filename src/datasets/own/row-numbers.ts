import { DataError } from '../../errors/index.ts';
import { readBytes, withFile } from '../readers/bytes.ts';

/** A JSON file of a hundred million rows would be longer. */
const longestFile = 2 ** 30;

/** @throws DataError where the file holds anything else than a JSON list of whole numbers */
export function readRowNumbers(path: string): readonly number[] {
  const bytes = withFile(path, (file) => {
    if (file.length <= longestFile) return readBytes(file, 0, file.length);
    throw new DataError(`${path} is too large for a list of rows`, { got: `${file.length} bytes` });
  });
  let rows: unknown;
  try {
    rows = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new DataError(`${path} is no JSON file`, { expected: 'a list of rows, as [0, 5, 7]', cause });
  }
  if (Array.isArray(rows) && rows.length > 0 && rows.every((row): row is number => Number.isInteger(row))) return rows;
  throw new DataError(`${path} does not hold a list of rows`, {
    got: JSON.stringify(rows).slice(0, 40),
    expected: 'a list of rows counted from 0, as [0, 5, 7]',
  });
}
