import { join } from 'node:path';
import { DataError } from '../../errors/index.ts';
import type { DatasetDefinition } from '../dataset.ts';
import { cacheFolder } from '../sources/cache.ts';
import type { PackageOptions } from '../sources/package.ts';
import { holdsArrays } from './array-files.ts';

/** Xiao, Rasul and Vollgraf 2017 (arXiv 1708.07747): 60,000 and 10,000 pieces of clothing, in MNIST's formats. */
export const fashionMnist: DatasetDefinition = {
  name: 'fashion-mnist',
  title: 'Fashion-MNIST',
  classes: 10,
  height: 28,
  width: 28,
  channels: 1,
  folders: ['raw', 'FashionMNIST/raw', 'fashion-mnist'],
};

/** Where Debian's package dataset-fashion-mnist places the files. */
const debianFolder = '/usr/share/datasets/fashion-mnist';

/**
 * The cache folder's fashion-mnist, where people put the files by hand, else where Debian's package places them.
 * @throws DataError where they are not there: the set has no source to fetch it from
 */
export async function findFashionMnist(
  { environment }: PackageOptions,
  packaged: string = debianFolder,
): Promise<string> {
  const folder = join(cacheFolder(environment), 'fashion-mnist');
  const found = [folder, packaged].find((place) => holdsArrays(fashionMnist, place));
  if (found !== undefined) return found;
  throw new DataError('Fashion-MNIST is not here, and credence does not fetch it', {
    remedy:
      `On Debian or Ubuntu, apt-get install dataset-fashion-mnist (it goes to ${packaged}); elsewhere get the four .gz ` +
      `files of the repository zalandoresearch/fashion-mnist (its folder data/fashion) and put them into ${folder}, or ` +
      'pass --data PATH',
  });
}
