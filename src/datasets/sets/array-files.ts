/** Data sets as plain arrays: MNIST's four IDX files in a folder, or one .npz file as Keras has it. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../../errors/index.ts';
import type { ImageSet } from '../../data/index.ts';
import type { DatasetDefinition, ImageDataset } from '../dataset.ts';
import { type ByteSource, fileError, withFile } from '../readers/bytes.ts';
import { readIdx, readIdxShape, writeIdx } from '../readers/idx.ts';
import { npzArrays, readNpzArray, readNpzHeader } from '../readers/npz.ts';
import type { ZipEntry } from '../readers/zip-directory.ts';
import { checkShapes, imageSet } from './checks.ts';
import { findIdx, hasIdx, idxName, type IdxFiles, imageDimensions, namesIn, type Part } from './idx-files.ts';
import { bytesOfPixels, integersOf } from './pixels.ts';

/** Warns of what is odd, in one line. */
type Warn = (message: string) => void;

const parts: readonly Part[] = ['train', 'test'];

/** Whether the folder holds a data set, whole or in part. */
export function holdsArrays(definition: DatasetDefinition, folder: string): boolean {
  return hasIdx(definition, folder) || npzIn(definition, folder) !== undefined;
}

/**
 * Opens a data set; its examples are read when they are first asked for.
 * @throws DataError where `path` holds no such set, files are missing or not as long as they declare, or shapes do not fit
 */
export function openArrays(definition: DatasetDefinition, path: string, warn: Warn): ImageDataset {
  const source = locate(definition, path);
  const read = (part: Part): ImageSet =>
    typeof source === 'string'
      ? withFile(source, (file) => readNpzPart(definition, file, part, warn))
      : readIdxPart(definition, source[part], warn);
  if (typeof source === 'string') withFile(source, (file) => parts.forEach((part) => checkNpz(definition, file, part)));
  else for (const part of parts) checkIdx(definition, source[part]);
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
  for (const inner of ['', ...(definition.folders ?? [])]) {
    const folder = join(path, inner);
    if (hasIdx(definition, folder)) return findIdx(definition, folder);
    const npz = npzIn(definition, folder);
    if (npz !== undefined) return npz;
  }
  const count = namesIn(path).size;
  const images = idxName('train', 'images', imageDimensions(definition)[0]);
  const arrays = `${images} and its three companions (.gz or not), or ${definition.name}.npz`;
  throw new DataError(`${path} holds no ${definition.title}`, {
    got: count === 0 ? 'an empty folder' : `${count} other files`,
    expected: definition.otherForms ? `${definition.otherForms}, or ${arrays}` : arrays,
    remedy: 'Check the path given with --data',
  });
}

/**
 * Writes a data set into an empty folder, as the IDX files that openArrays reads. Whoever calls it checks them.
 */
export function writeArrays(dataset: Pick<ImageDataset, Part>, folder: string): void {
  for (const part of parts) {
    const { count, height, width, channels, images, labels } = dataset[part];
    const shape = channels === 1 ? [count, height, width] : [count, height, width, channels];
    writeIdx(join(folder, idxName(part, 'images', shape.length)), shape, images);
    writeIdx(join(folder, idxName(part, 'labels', 1)), [count], labels);
  }
}

function npzIn({ name }: DatasetDefinition, folder: string): string | undefined {
  const names = namesIn(folder);
  const found = [`${name}.npz`, `${name.replaceAll('-', '_')}.npz`].find((candidate) => names.has(candidate));
  return found && join(folder, found);
}

/** What can be known before anything is unpacked: the headers, the lengths, and that the shapes agree. */
function checkIdx(definition: DatasetDefinition, { images, labels }: IdxFiles): void {
  const shape = (path: string, dimensions: readonly number[]) =>
    withFile(path, (file) => readIdxShape(file, dimensions));
  checkShapes(
    definition,
    { name: images, shape: shape(images, imageDimensions(definition)) },
    { name: labels, shape: shape(labels, [1]) },
  );
}

function readIdxPart(definition: DatasetDefinition, files: IdxFiles, warn: Warn): ImageSet {
  const { images, labels } = files;
  // Again, right before: the files may be others by now.
  checkIdx(definition, files);
  const pixels = withFile(images, (file) => readIdx(file, imageDimensions(definition)));
  const classes = withFile(labels, (file) => readIdx(file, 1));
  return imageSet(definition, { name: images, ...pixels }, { name: labels, ...classes }, warn);
}

type NpzKey = `${'x' | 'y'}_${Part}`;

const npzKeys: readonly NpzKey[] = ['x_train', 'y_train', 'x_test', 'y_test'];

interface NpzPart {
  readonly images: { readonly name: string; readonly entry: ZipEntry };
  readonly labels: { readonly name: string; readonly entry: ZipEntry };
}

/**
 * The arrays of a part, whose shapes fit.
 * @throws DataError naming the array that is not there, or is not what it should be
 */
function checkNpz(definition: DatasetDefinition, file: ByteSource, part: Part): NpzPart {
  const arrays = npzArrays(file);
  const find = (key: NpzKey) => {
    const entry = arrays.get(key);
    if (entry) return { name: `${file.name}, ${key}`, entry };
    throw new DataError(`${file.name} lacks the array ${key}`, {
      got: [...arrays.keys()].slice(0, 8).join(', ') || 'no arrays',
      expected: npzKeys.join(', '),
      remedy: 'Save it with numpy.savez and these names',
    });
  };
  for (const key of npzKeys) find(key);
  const images = find(`x_${part}`);
  const labels = find(`y_${part}`);
  const shaped = ({ name, entry }: NpzPart['images']) => ({ name, shape: readNpzHeader(file, entry, name).shape });
  checkShapes(definition, shaped(images), shaped(labels));
  return { images, labels };
}

function readNpzPart(definition: DatasetDefinition, file: ByteSource, part: Part, warn: Warn): ImageSet {
  const { images, labels } = checkNpz(definition, file, part);
  const classes = readNpzArray(file, labels.entry, labels.name);
  const integers = integersOf(classes);
  const pixels = readNpzArray(file, images.entry, images.name);
  return imageSet(
    definition,
    { name: pixels.name, shape: pixels.shape, data: bytesOfPixels(pixels) },
    { name: classes.name, shape: classes.shape, data: integers },
    warn,
  );
}
