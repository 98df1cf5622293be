/** Files that a command writes for its user. */
import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CredenceError, UsageError, describeFailure } from '../errors/index.ts';
import { display } from './configuration/display.ts';

/**
 * Before anything is computed that would have no place.
 * @param flag as it was written: `--out`
 * @throws UsageError
 */
export function assertPlaceFor(path: string, flag: string): void {
  const got = existsSync(dirname(path))
    ? isFolder(path)
      ? 'a folder'
      : null
    : `no folder ${display(dirname(path), 300)}`;
  if (got !== null) {
    throw new UsageError(`${flag} ${display(path, 300)}`, { got, expected: 'a file in a folder that is there' });
  }
}

/**
 * Written beside and renamed: never half there under its name.
 * @throws CredenceError with what keeps it from being written, and what to do
 */
export function writeOutput(path: string, content: string | Uint8Array): void {
  const beside = `${path}.${process.pid}.part`;
  try {
    writeFileSync(beside, content);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw new CredenceError('DATA', `${path} cannot be written`, describeFailure(error));
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
