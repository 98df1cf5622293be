/**
 * The few calls by which a run touches the disk. `node:fs` is one implementation as it stands; tests put another in its
 * place that fails at a chosen call.
 */
import * as fs from 'node:fs';

export interface FileSystem {
  openSync(path: string, flags: string): number;
  /** may write less than `length`, as write(2) may */
  writeSync(file: number, bytes: Uint8Array, offset: number, length: number): number;
  fsyncSync(file: number): void;
  closeSync(file: number): void;
  mkdirSync(path: string, options: { readonly recursive: boolean }): unknown;
  renameSync(from: string, to: string): void;
  rmSync(path: string, options: { readonly recursive: boolean; readonly force: boolean }): void;
  readdirSync(path: string): string[];
  readFileSync(path: string): Uint8Array;
  existsSync(path: string): boolean;
}

export const nodeFileSystem: FileSystem = fs;

/** The operating system's code of a failed call (`ENOSPC`), or null for an error that did not come from there. */
export function systemCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'Free some space on that disk',
  EDQUOT: 'Free some of your quota on that disk',
  EACCES: 'Choose a folder that you may write to',
  EPERM: 'Choose a folder that you may write to',
  EROFS: 'Choose a folder that you may write to',
  ENOTDIR: 'Choose a path whose parents are folders',
  EEXIST: 'Choose a path that is not a file',
  EIO: 'Check the disk',
};

/** What a failed call says to the user: the system's words, what to do, and the error itself. */
export function describeFailure(error: unknown): { got: string; remedy: string; cause: unknown } {
  const message = error instanceof Error ? error.message : String(error);
  const [got = message] = message.split('\n', 1);
  return { got, remedy: remedies[systemCode(error) ?? ''] ?? 'Check the path and the disk', cause: error };
}
