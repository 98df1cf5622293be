/** Data sets as plain arrays: MNIST's four IDX files in a folder, or one .npz file as Keras has it. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../../errors/index.ts';
import type { ImageSet } from '../../data/index.ts';
import type { DatasetDefinition, ImageDataset } from '../dataset.ts';
import { errorCode, fileError, withFile } from '../readers/bytes.ts';
import { gunzip, isGzip } from '../readers/deflate.ts';
import { type IdxArray, readIdx, readIdxHeader, writeIdx } from '../readers/idx.ts';
import { type NpyArray, readNpy } from '../readers/npy.ts';
import { type ZipEntry, readZipDirectory, readZipEntry } from '../readers/zip.ts';
import { checkAgreement, imageSet } from './checks.ts';
import { bytesOfPixels, integersOf } from './pixels.ts';

type Part = 'train' | 'test';

/** Warns of what is odd, in one line. */
type Warn = (message: string) => void;

const idxParts = {
  train: { images: 'train-images', labels: 'train-labels' },
  test: { images: 't10k-images', labels: 't10k-labels' },
} as const;

interface IdxFiles {
  readonly images: string;
  readonly labels: string;
}

/** Whether the folder holds a data set, whole or in part. */
export function holdsArrays(definition: DatasetDefinition, folder: string): boolean {
  const names = namesIn(folder);
  return names.size > 0 && (hasIdx(definition, names) || npzIn(definition, names) !== undefined);
}

/**
 * Opens a data set; its examples are read when they are first asked for.
 * @throws DataError where `path` holds no such set, or files are missing or not as long as they declare
 */
export function openArrays(definition: DatasetDefinition, path: string, warn: Warn): ImageDataset {
  const source = locate(definition, path);
  const read = (part: Part): ImageSet =>
    typeof source === 'string'
      ? readNpzPart(definition, source, part, warn)
      : readIdxPart(definition, source[part], warn);
  if (typeof source === 'string') withFile(source, (file) => npzEntries(file.name, readZipDirectory(file)));
  else for (const part of ['train', 'test'] as const) checkIdxPart(definition, source[part]);
  let train: ImageSet | undefined;
  let test: ImageSet | undefined;
  return {
    name: definition.name,
    classes: definition.classes,
    source: path,
    get train() {
      return (train ??= read('train'));
    },
    get test() {
      return (test ??= read('test'));
    },
  };
}

/** @returns the path of an .npz file, or those of the IDX files */
function locate(definition: DatasetDefinition, path: string): string | Record<Part, IdxFiles> {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (cause) {
    throw fileError(path, cause);
  }
  if (!isFolder) return path;
  const names = namesIn(path);
  if (hasIdx(definition, names)) {
    const find = (base: string, dimensions: number): string => join(path, idxName(path, names, base, dimensions));
    const files = (part: Part): IdxFiles => ({
      images: find(idxParts[part].images, imageDimensions(definition)),
      labels: find(idxParts[part].labels, 1),
    });
    return { train: files('train'), test: files('test') };
  }
  const npz = npzIn(definition, names);
  if (npz !== undefined) return join(path, npz);
  const images = idxNames(idxParts.train.images, imageDimensions(definition))[0];
  const arrays = `${images} and its three companions (.gz or not), or ${definition.name}.npz`;
  throw new DataError(`${path} holds no ${definition.title}`, {
    got: names.size === 0 ? 'an empty folder' : `${names.size} other files`,
    expected: definition.otherForms ? `${definition.otherForms}, or ${arrays}` : arrays,
    remedy: 'Check the path given with --data',
  });
}

/**
 * Writes a data set into an empty folder, as the IDX files that openArrays reads. Whoever calls it checks them.
 */
export function writeArrays({ train, test }: Pick<ImageDataset, Part>, folder: string): void {
  for (const [part, { count, height, width, channels, images, labels }] of [
    ['train', train],
    ['test', test],
  ] as const) {
    const shape = channels === 1 ? [count, height, width] : [count, height, width, channels];
    writeIdx(join(folder, idxNames(idxParts[part].images, shape.length)[0]), shape, images);
    writeIdx(join(folder, idxNames(idxParts[part].labels, 1)[0]), [count], labels);
  }
}

export function namesIn(folder: string): ReadonlySet<string> {
  try {
    return new Set(readdirSync(folder));
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return new Set();
    throw fileError(folder, cause);
  }
}

function npzIn({ name }: DatasetDefinition, names: ReadonlySet<string>): string | undefined {
  return [`${name}.npz`, `${name.replaceAll('-', '_')}.npz`].find((candidate) => names.has(candidate));
}

function idxNames(base: string, dimensions: number): string[] {
  const plain = [`${base}-idx${dimensions}-ubyte`, `${base}.idx${dimensions}-ubyte`];
  return [...plain, ...plain.map((name) => `${name}.gz`)];
}

/** Grey images need no axis for their channel. */
function imageDimensions({ channels }: DatasetDefinition): number {
  return channels === 1 ? 3 : 4;
}

function hasIdx(definition: DatasetDefinition, names: ReadonlySet<string>): boolean {
  const dimensions = imageDimensions(definition);
  const all = Object.values(idxParts).flatMap(({ images, labels }) => [
    ...idxNames(images, dimensions),
    ...idxNames(labels, 1),
  ]);
  return all.some((name) => names.has(name));
}

function idxName(folder: string, names: ReadonlySet<string>, base: string, dimensions: number): string {
  const candidates = idxNames(base, dimensions);
  const found = candidates.find((name) => names.has(name));
  if (found !== undefined) return found;
  throw new DataError(`${folder} lacks a file of the data set`, {
    expected: `${candidates[0]}, or ${candidates.slice(1).join(', ')}`,
    remedy: 'Put it beside the others',
  });
}

/** What can be known before anything is unpacked: the headers, the lengths, and that the counts agree. */
function checkIdxPart(definition: DatasetDefinition, { images, labels }: IdxFiles): void {
  const dimensions = [imageDimensions(definition), 1];
  const shapes = [images, labels].map((path, i) =>
    withFile(path, (file) => (isGzip(file) ? null : readIdxHeader(file, dimensions[i]).shape)),
  );
  const [imageShape, labelShape] = shapes;
  if (imageShape && labelShape) checkAgreement(images, imageShape[0], labels, labelShape[0]);
}

function readIdxPart(definition: DatasetDefinition, { images, labels }: IdxFiles, warn: Warn): ImageSet {
  const read = (path: string, dimensions: number): IdxArray =>
    withFile(path, (file) => readIdx(isGzip(file) ? gunzip(file) : file, dimensions));
  const pixels = read(images, imageDimensions(definition));
  const classes = read(labels, 1);
  return imageSet(
    definition,
    { name: images, shape: pixels.shape, data: pixels.data },
    { name: labels, shape: classes.shape, data: classes.data },
    warn,
  );
}

type NpzKey = `${'x' | 'y'}_${Part}`;

const npzKeys: readonly NpzKey[] = ['x_train', 'y_train', 'x_test', 'y_test'];

/** @throws DataError naming the array that is not there */
function npzEntries(path: string, directory: ReadonlyMap<string, ZipEntry>): Record<NpzKey, ZipEntry> {
  const entries = npzKeys.map((key) => {
    const entry = directory.get(`${key}.npy`);
    if (entry) return [key, entry];
    const names = [...directory.keys()].map((name) => name.replace(/\.npy$/, ''));
    throw new DataError(`${path} lacks the array ${key}`, {
      got: names.slice(0, 8).join(', ') || 'no arrays',
      expected: npzKeys.join(', '),
      remedy: 'Save it with numpy.savez and these names',
    });
  });
  return Object.fromEntries(entries);
}

function readNpzPart(definition: DatasetDefinition, path: string, part: Part, warn: Warn): ImageSet {
  return withFile(path, (file) => {
    const entries = npzEntries(path, readZipDirectory(file));
    const array = (key: NpzKey): NpyArray => readNpy(`${path}, ${key}`, readZipEntry(file, entries[key]));
    const labels = array(`y_${part}`);
    const integers = integersOf(labels);
    const pixels = array(`x_${part}`);
    return imageSet(
      definition,
      { name: pixels.name, shape: pixels.shape, data: bytesOfPixels(pixels) },
      { name: labels.name, shape: labels.shape, data: integers },
      warn,
    );
  });
}
