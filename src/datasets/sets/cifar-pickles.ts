import { DataError } from '../../errors/index.ts';
import { checkSize, readBytes, withFile } from '../readers/bytes.ts';
import { type Pickled, PickledArray, readPickle } from '../readers/pickle/index.ts';
import type { NpyArray } from '../readers/npy.ts';
import { rowMajor } from '../readers/row-major.ts';
import type { ReadBatch } from './cifar-batches.ts';
import { bytesOfPixels, integersOf } from './pixels.ts';

/**
 * The version for Python: a dictionary with the images' planes under `data`, a row of a NumPy array each, and the labels
 * under `key`, a list or an array.
 */
export function pickledBatches(key: string): ReadBatch {
  return ({ title, height, width, channels }, path) => {
    const value = withFile(path, (file) => {
      checkSize(path, file.length);
      return readPickle(path, readBytes(file, 0, file.length));
    });
    const entry = (name: string): Pickled => {
      const found = value instanceof Map ? value.get(name) : undefined;
      if (found !== undefined) return found;
      throw new DataError(`${path} does not hold a batch of ${title}`, {
        got: value instanceof Map ? `a dictionary of ${keysOf(value)}` : 'no dictionary',
        expected: `a dictionary with data and ${key}`,
        remedy: 'Check that it is the file of this data set',
      });
    };
    const images = arrayOf(`${path}, data`, entry('data'));
    const stride = height * width * channels;
    if (images.shape.length !== 2 || images.shape[1] !== stride) {
      throw new DataError(`${images.name} does not hold images of ${title}`, {
        got: `shape ${images.shape.slice(0, 8).join('x')}`,
        expected: `Nx${stride}`,
        remedy: 'Check that it is the file of this data set',
      });
    }
    return {
      ...{ count: images.shape[0], bytes: bytesOfPixels(images), stride, offset: 0, isPlanar: true },
      labelsName: `${path}, ${key}`,
      labels: labelsOf(`${path}, ${key}`, entry(key)),
    };
  };
}

function keysOf(dictionary: ReadonlyMap<string, unknown>): string {
  const keys = [...dictionary.keys()].slice(0, 8).map((name) => JSON.stringify(name.slice(0, 40)));
  return keys.join(', ') || 'nothing';
}

function arrayOf(name: string, value: Pickled): NpyArray {
  if (value instanceof PickledArray && value.type !== null) {
    const { type, shape, data, isFortran } = value;
    return { name, type, shape, data: isFortran ? rowMajor(data, shape, type.bytes) : data };
  }
  throw new DataError(`${name} is no array of NumPy`);
}

function labelsOf(name: string, value: Pickled): ArrayLike<number> {
  if (!Array.isArray(value)) return integersOf(arrayOf(name, value));
  const wrong = value.findIndex((label) => typeof label !== 'number');
  if (wrong < 0) return value as number[];
  throw new DataError(`${name} has a label that is no number`, { got: `index ${wrong}`, expected: 'class numbers' });
}
