/** Small files of one's own, made here. Those in ../fixtures-own, Parquet, HDF5 and JPEG, come of the script beside them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import type { OwnDataOptions } from '../../../src/datasets/index.ts';
import { type Inputs, areInMemory } from '../../../src/models/index.ts';

export const made = join(import.meta.dirname, '../fixtures-own');

export const defaults: Omit<OwnDataOptions, 'path'> = {
  target: 'y',
  inputs: null,
  test: 0,
  validation: 0,
  standardize: false,
  missing: 'error',
  task: 'auto',
  seed: 1,
};

/** Inputs that have to be in memory. */
export function held({ inputs }: { readonly inputs: Inputs }): Uint8Array | Float32Array {
  if (areInMemory(inputs)) return inputs;
  throw new Error('inputs that are not in memory');
}

/** A grey or coloured picture whose value at (y, x, channel) is start + y + x + 100 channel. */
export function png(start: number, channels: 1 | 2 | 3 | 4, [height, width] = [2, 3]): Uint8Array {
  const data = Uint8Array.from({ length: height * width * channels }, (_, i) => {
    const pixel = Math.floor(i / channels);
    return start + Math.floor(pixel / width) + (pixel % width) + 100 * (i % channels);
  });
  return encode({ width, height, data, channels, depth: 8 });
}

export function writePictures(files: Readonly<Record<string, Uint8Array>>): void {
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, bytes);
  }
}
