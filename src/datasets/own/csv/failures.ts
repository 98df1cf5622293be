/** What can be wrong with a table in a text file, with its line. */
import type { CsvError } from 'csv-parse';
import { CredenceError, DataError } from '../../../errors/index.ts';

export function unequalRow(name: string, cells: readonly string[], width: number, line: number): DataError {
  return new DataError(`${name} has rows of unequal length`, {
    got: `${cells.length} ${cells.length === 1 ? 'cell' : 'cells'} in line ${line}`,
    expected: `${width}, as in the line of names`,
    remedy: 'Correct the line: a cell with a comma needs quotes, and all lines must end alike',
  });
}

/** @param lastLine on which the last whole record ended */
export function csvFailure(name: string, error: Error | CsvError, lastLine: number): DataError {
  if (error instanceof CredenceError) return error;
  const line = `line ${'lines' in error ? String(error.lines) : lastLine}`;
  const code = 'code' in error ? error.code : '';
  if (code === 'CSV_QUOTE_NOT_CLOSED') {
    return new DataError(`${name} has a quote that is never closed`, {
      got: `a cell that begins in or after line ${lastLine + 1} and goes on to the end`,
      remedy: 'Close the quote; a quote within quotes is written twice',
      cause: error,
    });
  }
  if (code === 'CSV_MAX_RECORD_SIZE') {
    return new DataError(`${name} has a line that is too long`, {
      got: `more than 64 MB after line ${lastLine}`,
      remedy: 'Check the line ends, and that each quote is closed',
      cause: error,
    });
  }
  const what = /QUOTE/.test(String(code)) ? 'a quote in the midst of a cell' : error.message.split('\n')[0];
  return new DataError(`${name} is no CSV file`, {
    got: `${what} in ${line}`,
    remedy: 'Put the whole cell into quotes, and write a quote within it twice',
    cause: error,
  });
}
