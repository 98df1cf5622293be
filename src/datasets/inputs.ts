/** Images to predict for, in the forms in which people have them: NumPy's arrays, IDX files, PNG pictures. */
import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { DataError } from '../errors/index.ts';
import { type ByteSource, errorCode, fileError, readBytes, sharedBytes, withFile } from './readers/bytes.ts';
import { gunzip, isGzip } from './readers/deflate.ts';
import { readIdx } from './readers/idx.ts';
import { type NpyArray, readNpy } from './readers/npy.ts';
import { decodePicture } from './readers/picture.ts';
import { readZipDirectory, readZipEntry } from './readers/zip.ts';
import { bytesOfPixels } from './sets/pixels.ts';

export interface InputImages {
  readonly count: number;
  /** [count, height, width, channels], on a SharedArrayBuffer */
  readonly images: Uint8Array;
  /** one per image: the picture's path, or the file's with the place in it (`test.npz[3]`) */
  readonly names: readonly string[];
}

/** [height, width, channels] */
export type ImageShape = readonly [number, number, number];

/** Names under which an .npz file holds images, where it holds more than one array; the first that is there is read. */
const arrayNames = ['images', 'x', 'x_test', 'data'];

/**
 * Reads images of one shape. Each path is a .npy or .npz file, an IDX file (.gz or not), a PNG picture, or a folder of
 * pictures, taken in the order of their names. Pixels are bytes, or reals as `bytesOfPixels` takes them.
 * @throws DataError naming the file, what was got, what was expected and what to do
 */
export function readInputImages(paths: readonly string[], shape: ImageShape): InputImages {
  const parts = paths.flatMap(expand).map((path) => ({ path, ...withFile(path, (file) => readAny(file, shape)) }));
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  if (count === 0)
    throw new DataError(`${paths.join(', ')} holds no image`, { got: '0 images', expected: 'at least one' });
  const size = shape[0] * shape[1] * shape[2];
  const images = sharedBytes(paths.join(', '), count * size);
  const names: string[] = [];
  for (const part of parts) {
    images.set(part.images, names.length * size);
    for (let i = 0; i < part.count; i++) names.push(part.isPicture ? part.path : `${part.path}[${i}]`);
  }
  return { count, images, names };
}

/** A folder's pictures; any other path is itself. */
function expand(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const pictures = readdirSync(path).filter((name) => extname(name).toLowerCase() === '.png');
    if (pictures.length > 0) return pictures.sort().map((name) => join(path, name));
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT')
      throw new DataError(`${path} does not exist`, { remedy: 'Check the path', cause });
    throw fileError(path, cause);
  }
  throw new DataError(`${path} holds no picture`, {
    got: 'a folder without .png files',
    remedy: 'Give a .npy, .npz, IDX or .png file, or a folder of .png files',
  });
}

interface Part {
  readonly count: number;
  readonly images: Uint8Array;
  readonly isPicture: boolean;
}

function readAny(source: ByteSource, shape: ImageShape): Part {
  const start = String.fromCharCode(...readBytes(source, 0, Math.min(8, source.length)));
  if (start.startsWith('\x89PNG')) return { count: 1, images: decodePicture(source, shape), isPicture: true };
  if (start.startsWith('\x93NUMPY')) {
    return fitted(readNpy(source.name, readBytes(source, 0, source.length)), shape);
  }
  if (start.startsWith('PK')) return fitted(readNpy(...imagesOf(source)), shape);
  if (start.startsWith('\0\0\x08') || isGzip(source)) {
    const { shape: own, data } = readIdx(isGzip(source) ? gunzip(source) : source, 3);
    return fitted({ name: source.name, dtype: '|u1', shape: own, data }, shape);
  }
  throw new DataError(`${source.name} holds no images`, {
    got: source.length === 0 ? 'an empty file' : `a file that starts with ${JSON.stringify(start)}`,
    expected: 'a .npy, .npz, IDX (.gz or not) or .png file',
  });
}

function imagesOf(source: ByteSource): [string, Uint8Array] {
  const entries = readZipDirectory(source);
  const all = [...entries.keys()].filter((name) => name.endsWith('.npy'));
  const chosen = all.length === 1 ? all[0] : arrayNames.map((name) => `${name}.npy`).find((name) => entries.has(name));
  const entry = chosen === undefined ? undefined : entries.get(chosen);
  if (entry) return [`${source.name}, ${entry.name}`, readZipEntry(source, entry)];
  throw new DataError(`${source.name} does not say which array holds the images`, {
    got: all.length === 0 ? 'no array' : all.map((name) => name.slice(0, -4)).join(', '),
    expected: `a single array, or one named ${arrayNames.join(', ')}`,
    remedy: 'Save it again with numpy.savez(file, images=images)',
  });
}

/** Holds an array's shape against the images': one image or several, flat or not, the channel left away where it is one. */
function fitted(array: NpyArray, shape: ImageShape): Part {
  const [height, width, channels] = shape;
  const forms = [[height, width, channels], [height * width * channels], ...(channels === 1 ? [[height, width]] : [])];
  const isOne = forms.some((form) => form.length > 1 && same(array.shape, form));
  if (!isOne && !forms.some((form) => same(array.shape.slice(1), form))) {
    throw new DataError(`${array.name} does not hold images of the shape that the network expects`, {
      got: array.shape.length === 0 ? 'a single number' : array.shape.join('x'),
      expected: `count x ${height}x${width}x${channels}`,
      remedy: 'Cut or scale the images before, and keep the order count, height, width, channels',
    });
  }
  return { count: isOne ? 1 : array.shape[0]!, images: bytesOfPixels(array), isPicture: false };
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, i) => extent === b[i]);
}
