/**
 * The few calls by which a run touches the disk. `node:fs` is one implementation as it stands; tests put another in its
 * place that fails at a chosen call.
 */
import * as fs from 'node:fs';
import { readRegular } from './regular.ts';

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
  /** a regular file only; `most` bytes at most */
  readFileSync(path: string, most?: number): Uint8Array;
  linkSync(from: string, to: string): void;
  existsSync(path: string): boolean;
}

export const nodeFileSystem: FileSystem = { ...fs, readFileSync: readRegular };
