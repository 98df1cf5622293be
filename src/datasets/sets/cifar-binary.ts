import { DataError } from '../../errors/index.ts';
import { checkSize, readBytes, withFile } from '../readers/bytes.ts';
import type { ReadBatch } from './cifar-batches.ts';

/**
 * The binary version: records of the labels, a byte each, and of the image's planes.
 * @param labels how many there are; `place` is that of the one that is wanted
 */
export function binaryBatches({ labels, place }: { readonly labels: number; readonly place: number }): ReadBatch {
  return ({ height, width, channels }, path) => {
    const stride = labels + height * width * channels;
    const bytes = withFile(path, (file) => {
      checkSize(path, file.length);
      if (file.length === 0 || file.length % stride !== 0) {
        throw new DataError(`${path} is truncated, or another kind of file`, {
          got: `${file.length} bytes`,
          expected: `a multiple of ${stride}: ${labels === 1 ? 'a label' : `${labels} labels`} and an image in each record`,
          remedy: 'Fetch or copy it again',
        });
      }
      return readBytes(file, 0, file.length);
    });
    const count = bytes.length / stride;
    return {
      ...{ count, bytes, stride, offset: labels, isPlanar: true },
      labelsName: path,
      labels: Uint8Array.from({ length: count }, (_, i) => bytes[i * stride + place]),
    };
  };
}
