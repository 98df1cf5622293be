/** Folders that vanish after the test, and a disk that fails on command. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type FileSystem, nodeFileSystem } from '../../src/run/files/file-system.ts';

export function scratchFolders(): () => string {
  const made: string[] = [];
  afterAll(() => {
    for (const folder of made) rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    const folder = mkdtempSync(join(tmpdir(), 'credence-test-'));
    made.push(folder);
    return folder;
  };
}

/** What the action threw; null if it came back. */
export function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return null;
}

const texts: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on device',
  EIO: 'i/o error',
  EACCES: 'permission denied',
};

export function systemError(code: string, call: string): Error {
  return Object.assign(new Error(`${code}: ${texts[code]}, ${call}`), { code });
}

export interface Fault {
  /** how many of the calls that change the disk go well */
  readonly after: number;
  readonly code: string;
  /** only the next call fails, or every one from there on (removing goes on to work, as on a full disk) */
  readonly lasting: boolean;
}

export interface FaultyDisk {
  readonly files: FileSystem;
  /** calls so far that change the disk */
  calls(): number;
}

const changing = ['openSync', 'writeSync', 'fsyncSync', 'closeSync', 'mkdirSync', 'renameSync', 'rmSync'] as const;

/** The real file system until the fault; `null` only counts. */
export function faultyDisk(fault: Fault | null): FaultyDisk {
  let calls = 0;
  const fails = (call: string): boolean => {
    const index = calls++;
    if (fault === null || index < fault.after) return false;
    return fault.lasting ? call !== 'rmSync' && call !== 'closeSync' : index === fault.after;
  };
  const files = { ...nodeFileSystem };
  for (const call of changing) {
    const original = nodeFileSystem[call] as (...args: unknown[]) => unknown;
    Object.assign(files, {
      [call]: (...args: unknown[]) => {
        if (fails(call)) {
          if (call === 'closeSync') original(...args);
          throw systemError(fault?.code ?? '', call.replace('Sync', ''));
        }
        return original(...args);
      },
    });
  }
  return { files, calls: () => calls };
}
