/** Small batches of CIFAR in every form that is read. */
import { encode } from 'fast-png';

export const plane = 32 * 32;
export const imageBytes = 3 * plane;

export interface Images {
  /** [count, 3, 32, 32], as CIFAR's authors have them */
  readonly planar: Uint8Array;
  /** [count, 32, 32, 3] */
  readonly interleaved: Uint8Array;
  readonly labels: readonly number[];
}

/** Image i has the bytes 7 i, 7 i + 1, ... mod 251 plane by plane, and the label (3 i + 1) mod classes. */
export function images(first: number, count: number, classes = 10): Images {
  const planar = new Uint8Array(count * imageBytes);
  const interleaved = new Uint8Array(count * imageBytes);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) {
      for (let p = 0; p < plane; p++) {
        const value = (7 * (first + i) + c * plane + p) % 251;
        planar[i * imageBytes + c * plane + p] = value;
        interleaved[i * imageBytes + 3 * p + c] = value;
      }
    }
  }
  return { planar, interleaved, labels: Array.from({ length: count }, (_, i) => (3 * (first + i) + 1) % classes) };
}

export type Part = number | string | Uint8Array;

/** Codes and texts (latin1) side by side. */
export function bytesOf(...parts: readonly Part[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(
      parts.map((part) =>
        typeof part === 'number' ? Uint8Array.of(part) : typeof part === 'string' ? Buffer.from(part, 'latin1') : part,
      ),
    ),
  );
}

function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}

const shortString = (text: string): Part[] => ['U', text.length, text];

function list(numbers: readonly number[]): Part[] {
  return [']', '(', ...numbers.flatMap((n): Part[] => ['K', n]), 'e'];
}

/** A NumPy array of bytes as Python 2 pickles it. */
export function pickledArray(shape: readonly [number, number], data: Uint8Array): Part[] {
  return [
    'cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\0\x85U\x01b\x87Rq\x09(K\x01',
    ...['J', word(shape[0]), 'J', word(shape[1]), '\x86'],
    'cnumpy\ndtype\nq\nU\x02u1K\0K\x01\x87Rq\x0b(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89',
    ...['T', word(data.length), data, 'tb'],
  ];
}

/** A dictionary as Python 2 pickled CIFAR's batches, in protocol 2. */
export function pickle(entries: Readonly<Record<string, Part[]>>): Uint8Array {
  const items = Object.entries(entries).flatMap(([key, value]) => [...shortString(key), ...value]);
  return bytesOf('\x80\x02}q\x01(', ...items, 'u.');
}

export function pickledBatch(
  { planar, labels }: Images,
  keys: Readonly<Record<string, readonly number[]>> = { labels },
) {
  return pickle({
    batch_label: shortString('training batch 1 of 5'),
    ...Object.fromEntries(Object.entries(keys).map(([key, numbers]) => [key, list(numbers)])),
    data: pickledArray([labels.length, imageBytes], planar),
  });
}

/** @param labels those of each record, in their order */
export function binaryBatch({ planar }: Images, ...labels: readonly (readonly number[])[]): Uint8Array {
  const stride = imageBytes + labels.length;
  const bytes = new Uint8Array((planar.length / imageBytes) * stride);
  for (let i = 0; i * stride < bytes.length; i++) {
    for (const [j, column] of labels.entries()) bytes[i * stride + j] = column[i]!;
    bytes.set(planar.subarray(i * imageBytes, (i + 1) * imageBytes), i * stride + labels.length);
  }
  return bytes;
}

export function picture({ interleaved, labels }: Images): Uint8Array {
  return encode({ width: plane, height: labels.length, data: interleaved, channels: 3, depth: 8 });
}

export const json = (labels: readonly number[]): Uint8Array => Buffer.from(JSON.stringify(labels));

/** Five batches of two images for training, three images for the test. */
const trainBatches = [0, 2, 4, 6, 8].map((first) => images(first, 2));
export const trainImages = images(0, 10);
export const testImages = images(100, 3);

export function pickles(): Record<string, Uint8Array> {
  const train = trainBatches.map((batch, i) => [`data_batch_${i + 1}`, pickledBatch(batch)] as const);
  return { ...Object.fromEntries(train), test_batch: pickledBatch(testImages) };
}

export function binaries(): Record<string, Uint8Array> {
  const train = trainBatches.map((batch, i) => [`data_batch_${i + 1}.bin`, binaryBatch(batch, batch.labels)] as const);
  return { ...Object.fromEntries(train), 'test_batch.bin': binaryBatch(testImages, testImages.labels) };
}

export function pictures(): Record<string, Uint8Array> {
  const train = trainBatches.map((batch, i) => [`data_batch_${i + 1}.png`, picture(batch)] as const);
  return {
    ...Object.fromEntries(train),
    'test_batch.png': picture(testImages),
    'train_lables.json': json(trainImages.labels),
    'test_lables.json': json(testImages.labels),
  };
}
