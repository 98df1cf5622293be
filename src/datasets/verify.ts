import { join } from 'node:path';
import type { DatasetName } from './dataset.ts';
import { loadDataset } from './load.ts';
import { cifar10Package } from './sets/cifar.ts';
import { mnistPackage } from './sets/mnist.ts';
import { type DataPackage, faultOf } from './sources/package.ts';

const packages: Readonly<Partial<Record<DatasetName, DataPackage>>> = { mnist: mnistPackage, cifar10: cifar10Package };

export interface Verification {
  /** where the data set lies */
  readonly source: string;
  /** examples for training and for the test */
  readonly train: number;
  readonly test: number;
  /** whether its files were held against the checksums of the published ones */
  readonly isPublished: boolean;
  /** what is wrong, a line per file */
  readonly faults: readonly string[];
}

/**
 * Reads a data set from its own source to the end; where its published files are known, their SHA-256 too. Fetches nothing.
 * @throws DataError where it is not here, or is none
 */
export async function verifyDataset(name: DatasetName): Promise<Verification> {
  const { source, train, test } = await loadDataset({ name, path: null, offline: true });
  const files = packages[name]?.files ?? [];
  const faults = await Promise.all(
    files.map(async (file) => {
      const fault = await faultOf(join(source, file.name), file);
      return fault === null ? [] : [`${file.name} ${fault}`];
    }),
  );
  return {
    ...{ source, train: train.count, test: test.count, isPublished: files.length > 0 },
    faults: faults.flat(),
  };
}
