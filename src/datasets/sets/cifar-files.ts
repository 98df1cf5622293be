/** CIFAR in the forms in which it is handed around: pickles for Python, the binary version, a PNG per batch. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../../errors/index.ts';
import type { ImageSet } from '../../data/index.ts';
import type { DatasetDefinition, ImageDataset, Labels } from '../dataset.ts';
import { holdsArrays, openArrays } from './array-files.ts';
import { imageSet } from './checks.ts';
import { type ReadBatch, assemble } from './cifar-batches.ts';
import { namesIn, type Part } from './idx-files.ts';

/** One form of a data set: the files of each part, and how they are read. */
interface Format {
  /** the folder in which its archive puts them */
  readonly folder: string;
  readonly files: Readonly<Record<Part, readonly string[]>>;
  /** loaded when it is needed */
  readonly reader: (labels: Labels) => Promise<ReadBatch>;
}

const five = (name: (i: number) => string): string[] => [1, 2, 3, 4, 5].map(name);

const formats: Readonly<Record<'cifar10' | 'cifar100', readonly Format[]>> = {
  cifar10: [
    {
      folder: 'cifar-10-batches-py',
      files: { train: five((i) => `data_batch_${i}`), test: ['test_batch'] },
      reader: async () => (await import('./cifar-pickles.ts')).pickledBatches('labels'),
    },
    {
      folder: 'cifar-10-batches-bin',
      files: { train: five((i) => `data_batch_${i}.bin`), test: ['test_batch.bin'] },
      reader: async () => (await import('./cifar-binary.ts')).binaryBatches({ labels: 1, place: 0 }),
    },
    {
      folder: 'package',
      files: { train: five((i) => `data_batch_${i}.png`), test: ['test_batch.png'] },
      reader: async () => (await import('./cifar-pictures.ts')).pictureBatches(),
    },
  ],
  cifar100: [
    {
      folder: 'cifar-100-python',
      files: { train: ['train'], test: ['test'] },
      reader: async (labels) => (await import('./cifar-pickles.ts')).pickledBatches(`${labels}_labels`),
    },
    {
      folder: 'cifar-100-binary',
      files: { train: ['train.bin'], test: ['test.bin'] },
      reader: async (labels) =>
        (await import('./cifar-binary.ts')).binaryBatches({ labels: 2, place: labels === 'coarse' ? 0 : 1 }),
    },
  ],
};

interface Place {
  readonly folder: string;
  readonly format: Format;
}

/** Whether the folder, or one of the archives' folders in it, holds the data set, whole or in part. */
export function holdsCifar(definition: DatasetDefinition, path: string): boolean {
  return locate(definition, path) !== null || holdsArrays(definition, path);
}

/**
 * Opens a data set; its examples are read when they are first asked for.
 * @throws DataError where `path` holds no such set, or lacks one of its files
 */
export async function openCifar(
  definition: DatasetDefinition,
  path: string,
  { labels, warn }: { readonly labels: Labels; readonly warn: (message: string) => void },
): Promise<ImageDataset> {
  const place = locate(definition, path);
  if (place === null) {
    refuseArchive(definition, path);
    return openArrays(definition, path, warn);
  }
  const { folder, format } = place;
  const names = namesIn(folder);
  for (const file of Object.values(format.files).flat()) {
    if (names.has(file)) continue;
    throw new DataError(`${folder} lacks a file of the data set`, {
      expected: file,
      remedy: 'Put it beside the others',
    });
  }
  const read = await format.reader(labels);
  const readPart = (part: Part): ImageSet => {
    const { images, labels: classes } = assemble(
      definition,
      format.files[part].map((file) => join(folder, file)),
      read,
    );
    return imageSet(definition, images, classes, warn);
  };
  let train: ImageSet | undefined;
  let test: ImageSet | undefined;
  return {
    name: definition.name,
    classes: definition.classes,
    source: folder,
    get train() {
      return (train ??= readPart('train'));
    },
    get test() {
      return (test ??= readPart('test'));
    },
  };
}

function locate({ name }: DatasetDefinition, path: string): Place | null {
  if (name !== 'cifar10' && name !== 'cifar100') return null;
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return null;
  for (const format of formats[name]) {
    for (const folder of [path, join(path, format.folder)]) {
      const names = namesIn(folder);
      if (Object.values(format.files).some((files) => files.some((file) => names.has(file)))) return { folder, format };
    }
  }
  return null;
}

/** The archives themselves are not read: their files would be unpacked again for every run. */
function refuseArchive({ title }: DatasetDefinition, path: string): void {
  if (!/\.(tar|tgz|gz|zip)$/.test(path)) return;
  throw new DataError(`${path} is an archive`, {
    expected: `the folder that it holds, with the files of ${title}`,
    remedy: `Unpack it (tar xzf ${path}) and give that folder`,
  });
}
