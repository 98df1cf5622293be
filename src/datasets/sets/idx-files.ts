/** MNIST's four IDX files, where and under which names people have them. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../../errors/index.ts';
import type { DatasetDefinition } from '../dataset.ts';
import { errorCode, fileError } from '../readers/bytes.ts';

export type Part = 'train' | 'test';

const bases = {
  train: { images: 'train-images', labels: 'train-labels' },
  test: { images: 't10k-images', labels: 't10k-labels' },
} as const;

export interface IdxFiles {
  readonly images: string;
  readonly labels: string;
}

/** Numbers of dimensions: grey images need no axis for their channel, and may have one. */
export function imageDimensions({ channels }: DatasetDefinition): readonly number[] {
  return channels === 1 ? [3, 4] : [4];
}

/** As MNIST's authors name a file of a part. */
export function idxName(part: Part, what: keyof IdxFiles, dimensions: number): string {
  return `${bases[part][what]}-idx${dimensions}-ubyte`;
}

export function namesIn(folder: string): ReadonlySet<string> {
  try {
    return new Set(readdirSync(folder));
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT' || errorCode(cause) === 'ENOTDIR') return new Set();
    throw fileError(folder, cause);
  }
}

/** Whether one of the four files is there. */
export function hasIdx(definition: DatasetDefinition, folder: string): boolean {
  return wanted(definition).some(({ base, dimensions }) => pathOf(folder, base, dimensions) !== undefined);
}

/** @throws DataError where one is missing */
export function findIdx(definition: DatasetDefinition, folder: string): Record<Part, IdxFiles> {
  const find = (part: Part, what: keyof IdxFiles): string => {
    const { base, dimensions } = wanted(definition).find((file) => file.base === bases[part][what])!;
    const path = pathOf(folder, base, dimensions);
    if (path !== undefined) return path;
    const [first, ...others] = spellings(base, dimensions[0]);
    throw new DataError(`${folder} lacks a file of the data set`, {
      expected: `${first}, or ${others.join(', ')}`,
      remedy: 'Put it beside the others',
    });
  };
  const files = (part: Part): IdxFiles => ({ images: find(part, 'images'), labels: find(part, 'labels') });
  return { train: files('train'), test: files('test') };
}

function wanted(definition: DatasetDefinition) {
  const dimensions = imageDimensions(definition);
  return Object.values(bases).flatMap(({ images, labels }) => [
    { base: images, dimensions },
    { base: labels, dimensions: [1] },
  ]);
}

/** The usual ones, the first of which that is there is taken. */
function spellings(base: string, dimensions: number): string[] {
  const plain = [`${base}-idx${dimensions}-ubyte`, `${base}.idx${dimensions}-ubyte`];
  return [...plain, ...plain.map((name) => `${name}.gz`)];
}

/**
 * A file of the data set: under a usual name, or one with other signs between its parts; or within a folder of such a name,
 * as some archives unpack. A file goes before a folder.
 */
function pathOf(folder: string, base: string, dimensions: readonly number[]): string | undefined {
  const candidates = named(namesIn(folder), base, dimensions).map((name) => join(folder, name));
  const file = candidates.find((path) => !isFolder(path));
  if (file !== undefined) return file;
  for (const inner of candidates) {
    const within = named(namesIn(inner), base, dimensions).find((name) => !isFolder(join(inner, name)));
    if (within !== undefined) return join(inner, within);
  }
  // A folder where the file should be: reading it says so.
  return candidates[0];
}

function named(names: ReadonlySet<string>, base: string, dimensions: readonly number[]): string[] {
  const usual = dimensions.flatMap((count) => spellings(base, count)).filter((name) => names.has(name));
  const pattern = new RegExp(
    `^${base.replace('-', '[-._]')}[-._]idx(?:${dimensions.join('|')})[-._]ubyte(?:[-._]gz)?$`,
    'i',
  );
  return [...usual, ...[...names].filter((name) => pattern.test(name) && !usual.includes(name)).sort()];
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
