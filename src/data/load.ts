import type { DatasetDefinition, ImageDataset, LoadOptions } from './dataset.ts';
import { fashionMnist, findFashionMnist } from './sets/fashion-mnist.ts';
import { openDigits } from './sets/digit-files.ts';
import { findMnist, mnist } from './sets/mnist.ts';
import type { PackageOptions } from './sources/package.ts';

interface DatasetEntry {
  readonly definition: DatasetDefinition;
  /** the data set's own source: a folder or file that `open` reads, fetched first if need be */
  find(options: PackageOptions): Promise<string>;
}

/** One line per data set. A set with other files than MNIST's will bring its own `open`. */
const sets: Readonly<Record<LoadOptions['name'], DatasetEntry>> = {
  mnist: { definition: mnist, find: findMnist },
  'fashion-mnist': { definition: fashionMnist, find: findFashionMnist },
};

/**
 * Finds a data set, fetches it where it has a source of its own and is not here yet, and checks that its files are
 * there and as long as they declare. The examples are read when `train` or `test` is first asked for.
 *
 * A path is a folder with the four IDX files (`train-images-idx3-ubyte` or `train-images.idx3-ubyte`, each gzipped or
 * not), an .npz file with x_train, y_train, x_test and y_test, or a folder with that file.
 * @throws DataError naming the file, what was got, what was expected and what to do
 */
export async function loadDataset({ name, path, onProgress, offline, onWarning }: LoadOptions): Promise<ImageDataset> {
  const { definition, find } = sets[name];
  return openDigits(definition, path ?? (await find({ onProgress, offline })), onWarning ?? (() => {}));
}
