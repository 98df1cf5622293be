import { DataError } from '../../errors/index.ts';
import type { ImageSet } from '../../data/index.ts';
import type { DatasetDefinition } from '../dataset.ts';
import { sharedBytes } from '../readers/bytes.ts';
import { warnIfBlack } from './pixels.ts';

export interface Titled {
  /** for messages: the file, or the array in it */
  readonly name: string;
  readonly shape: readonly number[];
}

export interface Named<Data> extends Titled {
  readonly data: Data;
}

/**
 * Puts images and labels together, after holding them against each other and against what the data set must be. Classes
 * without an example are a warning, and so are images that are nearly black.
 * @param images bytes, of one of the forms of imageForms
 * @param labels [count] or [count, 1], whole numbers
 * @throws DataError naming the file and, for a label out of range, the first such place
 */
export function imageSet(
  definition: DatasetDefinition,
  images: Named<Uint8Array>,
  labels: Named<ArrayLike<number>>,
  warn: (message: string) => void,
): ImageSet {
  const { height, width, channels } = definition;
  checkShapes(definition, images, labels);
  const count = images.shape[0];
  if (count === 0) throw new DataError(`${images.name} is empty`, { got: '0 images', expected: 'at least 1' });
  warnIfBlack(images.name, images.data, warn);
  return {
    count,
    height,
    width,
    channels,
    images: shared(images.name, images.data),
    labels: checkedLabels(definition, labels, warn),
  };
}

/** @throws DataError where there are more images than labels, or fewer */
export function checkAgreement(images: string, imageCount: number, labels: string, labelCount: number): void {
  if (imageCount === labelCount) return;
  throw new DataError(`${images} and ${labels} do not belong together`, {
    got: `${imageCount} images and ${labelCount} labels`,
    expected: 'as many labels as images',
  });
}

/**
 * Holds shapes against each other and against what the data set must be: all that can be known before anything is unpacked.
 * @throws DataError naming the file
 */
export function checkShapes(definition: DatasetDefinition, images: Titled, labels: Titled): void {
  checkImageShape(definition, images);
  const isColumn = labels.shape.length === 2 && labels.shape[1] === 1;
  if (labels.shape.length !== 1 && !isColumn) {
    throw new DataError(`${labels.name} does not hold one label per image`, {
      got: `shape ${shapeText(labels.shape)}`,
      expected: 'one dimension',
      remedy: 'Save class numbers, not one-hot vectors',
    });
  }
  checkAgreement(images.name, images.shape[0], labels.name, labels.shape[0]);
}

function checkImageShape(definition: DatasetDefinition, { name, shape }: Titled): void {
  const { title, height, width, channels } = definition;
  if (imageForms([height, width, channels]).some((form) => isSame(form, shape.slice(1)))) return;
  throw new DataError(`${name} does not hold images of ${title}`, {
    got: `shape ${shapeText(shape)}`,
    expected: `Nx${channels === 1 ? `${height}x${width}` : `${height}x${width}x${channels}`}`,
    remedy: 'Check that it is the file of this data set',
  });
}

/**
 * The shapes in which an image may stand in an array: as it is, flattened, and where it has one channel, without it or with
 * it in front.
 * @param image [height, width, channels]
 */
export function imageForms([height, width, channels]: readonly [
  number,
  number,
  number,
]): readonly (readonly number[])[] {
  const grey = [
    [height, width],
    [1, height, width],
  ];
  return [[height, width, channels], [height * width * channels], ...(channels === 1 ? grey : [])];
}

export function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, i) => extent === b[i]);
}

function checkedLabels(
  { classes }: DatasetDefinition,
  { name, data }: Named<ArrayLike<number>>,
  warn: (message: string) => void,
): Uint8Array {
  const labels = sharedBytes(name, data.length);
  const counts = new Uint32Array(classes);
  for (let i = 0; i < labels.length; i++) {
    const label = data[i];
    if (!Number.isInteger(label)) {
      throw new DataError(`${name} has a label that is no whole number`, {
        got: `${label} at index ${i}`,
        expected: `0 to ${classes - 1}`,
        remedy: 'Check that it is the file of this data set',
      });
    }
    if (!(label >= 0 && label < classes)) {
      throw new DataError(`${name} has a label out of range`, {
        got: `${label} at index ${i}`,
        expected: `0 to ${classes - 1}`,
        remedy: 'Check that it is the file of this data set',
      });
    }
    labels[i] = label;
    counts[label]++;
  }
  const missing = Array.from(counts.keys()).filter((label) => counts[label] === 0);
  if (missing.length > 0)
    warn(`${name} has no example of ${missing.length === 1 ? 'class' : 'classes'} ${missing.join(', ')}`);
  return labels;
}

function shared(name: string, bytes: Uint8Array): Uint8Array {
  if (bytes.buffer instanceof SharedArrayBuffer) return bytes;
  const copy = sharedBytes(name, bytes.length);
  copy.set(bytes);
  return copy;
}

function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? 'of a single number' : shape.slice(0, 8).join('x');
}
