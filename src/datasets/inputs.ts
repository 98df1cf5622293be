/** Images to predict for, in the forms in which people have them: NumPy's arrays, IDX files, PNG and JPEG pictures. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type ImageShape, resizedImages } from '../data/index.ts';
import { DataError } from '../errors/index.ts';
import {
  attempt,
  isStrict,
  type LeftOut,
  listingOf,
  tellLeftOut,
  tellUnused,
  type Tolerance,
} from './own/pictures/listing.ts';
import { isPicture, readPicture, readPictureHeader } from './own/pictures/picture.ts';
import { type ByteSource, errorCode, fileError, readBytes, sharedBytes, withFileAsync } from './readers/bytes.ts';
import { isGzip } from './readers/deflate.ts';
import { readIdx } from './readers/idx.ts';
import { isNpy, type NpyArray, readNpy, readNpyFileHeader } from './readers/npy.ts';
import { npzArrays, readNpzArray, readNpzHeader } from './readers/npz.ts';
import { imageForms, isSame } from './sets/checks.ts';
import { isDarkOnLight } from './sets/ground.ts';
import { bytesOfPixels, warnIfBlack } from './sets/pixels.ts';

export interface InputImages {
  readonly count: number;
  /** [count, height, width, channels], on a SharedArrayBuffer */
  readonly images: Uint8Array;
  /** one per image: the picture's path, or the file's with the place in it (`test.npz[3]`) */
  readonly names: readonly string[];
  /** files that could not be read */
  readonly leftOut: readonly LeftOut[];
}

/** Names under which an .npz file holds images, where it holds more than one array; the first that is there is read. */
const arrayNames = ['images', 'x', 'x_test', 'data'];

/**
 * Reads images of one shape. Each path is a .npy or .npz file, an IDX file (.gz or not), a PNG or JPEG picture, or a folder
 * of pictures, taken in the order of their names. Pixels are bytes, or what `bytesOfPixels` takes for them. Of several
 * files, those that cannot be read are left out and told. With `resize`, pictures of another size are scaled, and become grey
 * or colour as the shape has it.
 * @throws DataError naming the file, what was got, what was expected and what to do: where a path does not exist, where
 * nothing can be read, and with `strict` at the first file that cannot
 */
export async function readInputImages(
  paths: readonly string[],
  shape: ImageShape,
  tolerance: Tolerance & { readonly resize?: boolean } = {},
): Promise<InputImages> {
  const { onWarning: warn, resize = false } = tolerance;
  const files = paths.flatMap((path) => expand(path, warn));
  const parts: (Part & { readonly path: string })[] = [];
  const leftOut: LeftOut[] = [];
  for (const path of files) {
    const read = () => withFileAsync(path, (file) => readAny(file, shape, resize));
    // A single file is read, or its fault is the answer.
    const part = await attempt(path, read, isStrict(tolerance) || files.length === 1);
    if ('reason' in part) leftOut.push(part);
    else parts.push({ path, ...part });
  }
  tellLeftOut(leftOut, files.length, 'files', warn);
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  if (count === 0) {
    throw new DataError(`${paths.join(', ')} holds no image`, {
      got: leftOut[0]?.reason ?? '0 images',
      expected: leftOut.length === 0 ? 'at least one' : undefined,
    });
  }
  const size = shape[0] * shape[1] * shape[2];
  const images = sharedBytes(paths.join(', '), count * size);
  const names: string[] = [];
  for (const part of parts) {
    images.set(part.images, names.length * size);
    for (let i = 0; i < part.count; i++) names.push(part.isPicture ? part.path : `${part.path}[${i}]`);
  }
  warnIfBlack(paths.join(', '), images, warn);
  // The sets of grey images that are known by name show what is bright on black.
  if (shape[2] === 1 && isDarkOnLight(images, shape)) {
    warn?.(
      `most of these images are dark on a bright ground, and the network was trained on bright ones on black: ` +
        'if they are inverted, save 255 - pixel',
    );
  }
  return { count, images, names, leftOut };
}

/** A folder's pictures, or where it has none those of the folders in it; any other path is itself. */
function expand(path: string, warn: Tolerance['onWarning']): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT')
      throw new DataError(`${path} does not exist`, { remedy: 'Check the path', cause });
    throw fileError(path, cause);
  }
  const { pictures, folders, others } = listingOf(path);
  if (pictures.length === 0) {
    const ofFolders = folders.flatMap((name) => listingOf(join(path, name)).pictures);
    if (ofFolders.length > 0) return ofFolders;
    throw new DataError(`${path} holds no picture`, {
      got: 'a folder without .png or .jpg files',
      remedy: 'Give a .npy, .npz, IDX, .png or .jpg file, or a folder of pictures',
    });
  }
  tellUnused(path, others, warn);
  return pictures;
}

interface Part {
  readonly count: number;
  readonly images: Uint8Array;
  readonly isPicture: boolean;
}

async function readAny(source: ByteSource, shape: ImageShape, resize: boolean): Promise<Part> {
  const { name, length } = source;
  const first = readBytes(source, 0, Math.min(8, length));
  const start = String.fromCharCode(...first);
  if (isPicture(first)) {
    const images = resize ? await readResized(source, shape) : await readPicture(source, shape, 'refused');
    return { count: 1, images, isPicture: true };
  }
  const count = (own: readonly number[]): number => countOf(name, own, shape);
  const ofArray = (array: NpyArray): Part => ({
    ...{ count: countOf(array.name, array.shape, shape), isPicture: false },
    images: bytesOfPixels(array),
  });
  if (isNpy(first)) {
    count(readNpyFileHeader(source).shape);
    return ofArray(readNpy(name, readBytes(source, 0, length)));
  }
  if (start.startsWith('PK')) return ofArray(imagesOf(source, shape));
  if (start.startsWith('\0\0\x08') || isGzip(source)) {
    const { shape: own, data } = readIdx(source, [3, 4], count);
    return { count: count(own), images: data, isPicture: false };
  }
  throw new DataError(`${name} holds no images`, {
    got: length === 0 ? 'an empty file' : `a file that starts with ${JSON.stringify(start)}`,
    expected: 'a .npy, .npz, IDX (.gz or not), .png or .jpg file',
  });
}

/** A picture of more is none that a network of this size was meant for. */
const mostPixels = 2 ** 26;

/** A picture of any size, scaled; the colours beneath what is transparent are taken. */
async function readResized(source: ByteSource, shape: ImageShape): Promise<Uint8Array> {
  const { height, width, channels } = readPictureHeader(source);
  if (height * width > mostPixels) {
    throw new DataError(`${source.name} is too large to be scaled`, {
      got: `${width}x${height} pixels`,
      expected: `at most ${mostPixels} in all`,
      remedy: 'Scale it before',
    });
  }
  const own = [height, width, channels] as const;
  return resizedImages(await readPicture(source, own, 'dropped'), 1, own, shape);
}

function imagesOf(source: ByteSource, shape: ImageShape): NpyArray {
  const arrays = npzArrays(source);
  const all = [...arrays.keys()];
  const chosen = all.length === 1 ? all[0] : arrayNames.find((name) => arrays.has(name));
  const entry = chosen === undefined ? undefined : arrays.get(chosen);
  if (entry) {
    const name = `${source.name}, ${chosen}`;
    countOf(name, readNpzHeader(source, entry, name).shape, shape);
    return readNpzArray(source, entry, name);
  }
  throw new DataError(`${source.name} does not say which array holds the images`, {
    got: all.slice(0, 8).join(', ') || 'no array',
    expected: `a single array, or one named ${arrayNames.join(', ')}`,
    remedy: 'Save it again with numpy.savez(file, images=images)',
  });
}

/** How many images an array of that shape holds: one, or several, each of one of the forms of imageForms. */
function countOf(name: string, own: readonly number[], shape: ImageShape): number {
  const forms = imageForms(shape);
  if (forms.some((form) => form.length > 1 && isSame(own, form))) return 1;
  if (forms.some((form) => isSame(own.slice(1), form))) return own[0];
  throw new DataError(`${name} does not hold images of the shape that the network expects`, {
    got: own.length === 0 ? 'a single number' : own.slice(0, 8).join('x'),
    expected: `count x ${shape.join('x')}`,
    remedy: 'Cut or scale the images before, and keep the order count, height, width, channels',
  });
}
