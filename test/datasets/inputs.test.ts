/** Images to predict for: folders of all sorts of files, and arrays of all sorts of shapes. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readInputImages } from '../../src/datasets/index.ts';
import { digits, enterTemporaryFolder, idx, npy, npz, pixels, writeFolder } from './fixtures.ts';
import { made } from './own/fixtures.ts';

let leave: () => void;
beforeEach(() => {
  leave = enterTemporaryFolder();
});
afterEach(() => leave());

const shape = [28, 28, 1] as const;
const digit = (value: number) =>
  encode({ width: 28, height: 28, data: new Uint8Array(pixels).fill(value), channels: 1, depth: 8 });

async function read(paths: readonly string[], strict = false) {
  const warnings: string[] = [];
  const answer = await readInputImages(paths, shape, { strict, onWarning: (line) => warnings.push(line) }).catch(
    String,
  );
  return { answer, names: typeof answer === 'string' ? answer : answer.names, warnings: warnings.join('\n') };
}

describe('readInputImages', () => {
  it('takes the shapes of an array that are meant', async () => {
    const { images } = digits(3);
    const arrays = {
      flat: npy('|u1', [3, pixels], images),
      grey: npy('|u1', [3, 28, 28], images),
      last: npy('|u1', [3, 28, 28, 1], images),
      first: npy('|u1', [3, 1, 28, 28], images),
      reals: npy(
        '<f4',
        [3, 28, 28],
        Float32Array.from(images, (byte) => byte / 255),
      ),
    };
    for (const [name, bytes] of Object.entries(arrays)) {
      writeFileSync(`${name}.npy`, bytes);
      writeFileSync(`${name}.npz`, npz({ images: bytes }));
      for (const path of [`${name}.npy`, `${name}.npz`]) {
        expect(await readInputImages([path], shape), path).toMatchObject({ count: 3, images, leftOut: [] });
      }
    }
    for (const [name, own] of Object.entries({ three: [3, 28, 28], four: [3, 28, 28, 1] })) {
      writeFileSync(name, idx(own, images));
      expect(await readInputImages([name], shape)).toMatchObject({ count: 3, images });
    }
  });

  it('reads PNG beside JPEG, says what it does not use, and passes over what systems leave', async () => {
    writeFolder('p', {
      ...{ '1.png': digit(9), 'notes.txt': new Uint8Array(1), 'a.gif': new Uint8Array(1) },
      ...{ '._1.png': new Uint8Array(40), '.DS_Store': new Uint8Array(4), 'Thumbs.db': new Uint8Array(4) },
    });
    mkdirSync('p/__MACOSX');
    copyFileSync(join(made, 'grey.jpg'), 'p/2.jpg');
    const { names, warnings } = await read(['p']);
    // grey.jpg has 16x8 pixels: it is of no use here, and that is told.
    expect(names).toEqual(['p/1.png']);
    expect(warnings).toMatchInlineSnapshot(`
      "p: 2 files not used: a.gif, notes.txt
      1 of 2 files left out (--strict refuses them): p/2.jpg does not have the size that the network expects: got 16x8 pixels, expected 28x28. Cut or scale it before"
    `);
    const small = await readInputImages(['p/2.jpg'], [8, 16, 1]);
    expect(small.names).toEqual(['p/2.jpg']);
  });

  it('leaves out what cannot be read of several files, and refuses all where that is wanted', async () => {
    writeFolder('p', { '1.png': digit(9), '2.png': digit(9).subarray(0, 60), '3.jpg': new Uint8Array(60) });
    writeFileSync('x.npy', npy('|u1', [2, 3, 3], new Uint8Array(18)));
    const { answer, names, warnings } = await read(['p', 'x.npy', 'p/1.png']);
    expect(names).toEqual(['p/1.png', 'p/1.png']);
    expect(answer).toMatchObject({ count: 2, leftOut: [{ name: 'p/2.png' }, { name: 'p/3.jpg' }, { name: 'x.npy' }] });
    const lines = [warnings];
    for (const [paths, strict] of [
      [['p'], true],
      [['p/2.png'], false],
      [['p/2.png', 'p/3.jpg'], false],
      [['p/1.png', 'nowhere.png'], false],
    ] as const) {
      lines.push(String((await read(paths, strict)).names));
    }
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "3 of 5 files left out (--strict refuses them): p/2.png is truncated: got 60 bytes, expected at least 67. Fetch or copy it again; p/3.jpg holds no images: got a file that starts with "\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000", expected a .npy, .npz, IDX (.gz or not), .png or .jpg file; x.npy does not hold images of the shape that the network expects: got 2x3x3, expected count x 28x28x1. Cut or scale the images before, and keep the order count, height, width, channels
      DataError: p/2.png is truncated: got 60 bytes, expected at least 67. Fetch or copy it again
      DataError: p/2.png is truncated: got 60 bytes, expected at least 67. Fetch or copy it again
      DataError: p/2.png, p/3.jpg holds no image: got p/2.png is truncated: got 60 bytes, expected at least 67. Fetch or copy it again
      DataError: nowhere.png does not exist. Check the path"
    `);
  });

  it('hints at digits that are black on white', async () => {
    const { images } = digits(1);
    writeFileSync(
      'dark.npy',
      npy(
        '|u1',
        [1, 28, 28],
        images.map((_, i) => (Math.floor(i / 28) === 14 ? 200 : 0)),
      ),
    );
    writeFileSync(
      'light.npy',
      npy(
        '|u1',
        [1, 28, 28],
        images.map((_, i) => (Math.floor(i / 28) === 14 ? 0 : 250)),
      ),
    );
    expect((await read(['dark.npy'])).warnings).toBe('');
    expect((await read(['light.npy'])).warnings).toMatchInlineSnapshot(
      `"most of these images are dark on a bright ground, and the network was trained on bright ones on black: if they are inverted, save 255 - pixel"`,
    );
    // On colour images there is no such habit.
    writeFileSync('colour.npy', npy('|u1', [1, 2, 2, 3], new Uint8Array(12).fill(255)));
    await readInputImages(['colour.npy'], [2, 2, 3], { onWarning: (line) => expect.fail(line) });
  });

  it('warns of images that are nearly black', async () => {
    writeFileSync('x.npy', npy('|u1', [1, 28, 28], new Uint8Array(pixels).fill(1)));
    expect((await read(['x.npy'])).warnings).toMatchInlineSnapshot(
      `"x.npy has no pixel above 1, where white is 255: if its pixels were 0 to 1, save them again after (array * 255).round().astype('uint8')"`,
    );
  });
});
