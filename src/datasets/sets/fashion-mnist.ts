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
};

/**
 * The cache folder's fashion-mnist, where people put the files by hand.
 * @throws DataError where they are not there: the set has no source to fetch it from
 */
export async function findFashionMnist({ environment }: PackageOptions): Promise<string> {
  const folder = join(cacheFolder(environment), 'fashion-mnist');
  if (holdsArrays(fashionMnist, folder)) return folder;
  throw new DataError('Fashion-MNIST is not here, and credence does not fetch it', {
    remedy:
      `Get the four .gz files of the repository zalandoresearch/fashion-mnist (its folder data/fashion) and put them ` +
      `into ${folder}, or pass --data PATH`,
  });
}
