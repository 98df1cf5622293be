import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { orientationOf, upright } from '../../../src/datasets/own/pictures/orientation.ts';
import { readPictureHeader } from '../../../src/datasets/own/pictures/picture.ts';
import { readJpeg } from '../../../src/datasets/own/pictures/jpeg.ts';
import { memoryBytes, readBytes, withFile } from '../../../src/datasets/readers/bytes.ts';
import { openOwnData, readOwnInputs } from '../../../src/datasets/index.ts';
import { enterTemporaryFolder } from '../fixtures.ts';
import { defaults, held, made, png, writePictures } from './fixtures.ts';

let leave: () => void;
beforeEach(() => {
  leave = enterTemporaryFolder();
});
afterEach(() => leave());

const open = (warnings: string[] = []) =>
  openOwnData({ ...defaults, path: 'p', target: null, onWarning: (line) => warnings.push(line) });

describe('openOwnData, of pictures', () => {
  it('takes a class per folder, in the order of the names', async () => {
    writePictures({
      'p/dog/1.png': png(1, 1),
      'p/cat/b.png': png(2, 1),
      'p/cat/a.png': png(3, 1),
      'p/cat/.x.png': png(4, 1),
    });
    const { schema, train, sha256 } = await open();
    expect(schema).toEqual({
      input: {
        ...{ shape: [2, 3, 1], dtype: 'u8', columns: null, unused: [], array: null, missing: 'error' },
        ...{ shift: null, scale: null },
      },
      target: { names: ['class'], kind: 'classes', classes: ['cat', 'dog'], shift: null, scale: null },
    });
    expect(train.targets).toEqual(Int32Array.of(0, 0, 1));
    expect(train.inputs).toEqual(Uint8Array.of(3, 4, 5, 4, 5, 6, 2, 3, 4, 3, 4, 5, 1, 2, 3, 2, 3, 4));
    expect(held(train).buffer).toBeInstanceOf(SharedArrayBuffer);
    writePictures({ 'p/dog/1.png': png(9, 1) });
    expect((await open()).sha256).not.toBe(sha256);
  });

  it('gives grey pictures the channels of the coloured ones, and drops transparency with a warning', async () => {
    writePictures({ 'p/a/1.png': png(1, 4, [1, 2]), 'p/b/1.png': png(7, 1, [1, 2]), 'p/b/2.png': png(5, 2, [1, 2]) });
    mkdirSync('p/c');
    const warnings: string[] = [];
    const { train } = await open(warnings);
    expect(train.shape).toEqual([1, 2, 3]);
    expect([...held(train)]).toEqual([...[1, 101, 201, 2, 102, 202], ...[7, 7, 7, 8, 8, 8], ...[5, 5, 5, 6, 6, 6]]);
    expect(warnings.join('\n')).toMatchInlineSnapshot(`
      "p/c holds no pictures
      p: the transparency of 2 of 3 pictures is left away"
    `);
  });

  it('reads JPEG beside PNG', async () => {
    writePictures({ 'p/a/1.png': png(1, 3, [8, 16]) });
    mkdirSync('p/b');
    copyFileSync(join(made, 'colour.jpg'), 'p/b/1.JPG');
    const { train } = await open();
    expect([train.count, train.shape]).toEqual([2, [8, 16, 3]]);
  });
});

describe('readJpeg', () => {
  const read = async (name: string) =>
    readJpeg(withFile(join(made, name), (file) => memoryBytes(name, readBytes(file, 0, file.length))));
  /** Largest difference from the picture that make.py saved. */
  const difference = (data: Uint8Array, channels: number, of: (y: number, x: number) => readonly number[]) =>
    data.reduce((largest, value, i) => {
      const pixel = Math.floor(i / channels);
      return Math.max(largest, Math.abs(value - of(Math.floor(pixel / 16), pixel % 16)[i % channels]));
    }, 0);
  const colour = (y: number, x: number) => [16 * y, 8 * x, 255 - 8 * x];

  it('gives the pixels within the loss of the compression, baseline and progressive', async () => {
    const own = await read('colour.jpg');
    expect(own).toMatchObject({ width: 16, height: 8, channels: 3 });
    expect(difference(own.data, 3, colour)).toBeLessThan(8);
    // Half the resolution of the colours: a slope of 16 from row to row is 8 off at most, and the loss.
    const halved = await read('halved.jpg');
    expect(difference(halved.data, 3, colour)).toBeLessThan(32);
    const grey = await read('grey.jpg');
    expect(grey).toMatchObject({ width: 16, height: 8, channels: 1 });
    expect(difference(grey.data, 1, (_, x) => [8 * x])).toBeLessThan(4);
  });
});

describe('the EXIF orientation of a JPEG', () => {
  /** The segment that says it, of either byte order. */
  const segment = (orientation: number, isLittle: boolean): Uint8Array => {
    const bytes = new Uint8Array(2 + 2 + 6 + 8 + 2 + 12 + 4);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, 0xffe1);
    view.setUint16(2, bytes.length - 2);
    bytes.set(Buffer.from(`Exif\0\0${isLittle ? 'II' : 'MM'}`), 4);
    view.setUint16(12, 42, isLittle);
    view.setUint32(14, 8, isLittle);
    view.setUint16(18, 1, isLittle);
    view.setUint16(20, 0x0112, isLittle);
    view.setUint16(22, 3, isLittle);
    view.setUint32(24, 1, isLittle);
    view.setUint16(28, orientation, isLittle);
    return bytes;
  };

  it('turns it as it is meant to be seen', async () => {
    // What is stored, [2, 3]: 1 2 3 / 4 5 6; what is seen, by CIPA DC-008: 6 is a quarter to the right, 8 to the left.
    const seen: Readonly<Record<number, readonly number[]>> = {
      ...{ 1: [1, 2, 3, 4, 5, 6], 2: [3, 2, 1, 6, 5, 4], 3: [6, 5, 4, 3, 2, 1], 4: [4, 5, 6, 1, 2, 3] },
      ...{ 5: [1, 4, 2, 5, 3, 6], 6: [4, 1, 5, 2, 6, 3], 7: [6, 3, 5, 2, 4, 1], 8: [3, 6, 2, 5, 1, 4] },
    };
    const stored = { height: 2, width: 3, channels: 1 };
    for (const [orientation, expected] of Object.entries(seen)) {
      expect([...upright(Uint8Array.of(1, 2, 3, 4, 5, 6), stored, Number(orientation))]).toEqual(expected);
    }
    const colour = withFile(join(made, 'colour.jpg'), (file) => readBytes(file, 0, file.length));
    const plain = await readJpeg(memoryBytes('a.jpg', colour));
    for (const isLittle of [true, false]) {
      const turned = new Uint8Array([...colour.subarray(0, 2), ...segment(6, isLittle), ...colour.subarray(2)]);
      const own = await readJpeg(memoryBytes('a.jpg', turned));
      expect(own).toMatchObject({ width: 8, height: 16, data: upright(plain.data, { ...plain }, 6) });
      expect(readPictureHeader(memoryBytes('a.jpg', turned))).toMatchObject({ width: 8, height: 16 });
    }
  });

  it('is none where the segment is damaged', () => {
    for (let length = 0; length < 32; length++) expect(orientationOf(segment(6, true).slice(4, length))).toBe(1);
    expect(orientationOf(segment(9, true).slice(4))).toBe(1);
    expect(orientationOf(segment(6, true).slice(4))).toBe(6);
  });
});

describe('pictures that cannot be read', () => {
  const bad = png(1, 1).subarray(0, 50);
  const files = {
    'p/a/1.png': png(1, 1),
    'p/a/2.png': bad,
    'p/b/1.png': png(2, 1),
    'p/b/notes.txt': bad,
    'p/x.png': bad,
  };

  it('are left out of a training and told, with what is not used', async () => {
    writePictures({ ...files, 'p/b/2.jpg': new Uint8Array(40), 'p/b/Thumbs.db': bad, 'p/__MACOSX/a/1.png': bad });
    const warnings: string[] = [];
    const { train, sha256 } = await open(warnings);
    expect([train.count, [...train.targets]]).toEqual([2, [0, 1]]);
    expect([...held(train)].filter((_, i) => i % 6 === 0)).toEqual([1, 2]);
    expect(warnings.join('\n')).toMatchInlineSnapshot(`
      "p: 2 files not used: x.png, b/notes.txt
      2 of 4 pictures left out (--strict refuses them): p/b/2.jpg is no picture: expected a PNG or JPEG file; p/a/2.png is truncated: got 50 bytes, expected at least 61. Fetch or copy it again"
    `);
    rmSync('p/a/2.png');
    expect((await open()).sha256).toBe(sha256);
  });

  it('are refused where that is wanted, and where they are all of a class', async () => {
    writePictures(files);
    const lines = [
      await openOwnData({ ...defaults, path: 'p', target: null, strict: true }).then(() => 'read', String),
    ];
    writePictures({ 'p/c/1.png': bad });
    lines.push(await open().then(() => 'read', String));
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "DataError: p/a/2.png is truncated: got 50 bytes, expected at least 61. Fetch or copy it again
      DataError: p/c holds no picture that can be read: got p/c/1.png is truncated: got 50 bytes, expected at least 61. Fetch or copy it again. Mend its pictures, or take the folder away"
    `);
  });

  it('are left out of a prediction, wherever they stand', async () => {
    writePictures(files);
    const { schema } = await open();
    const warnings: string[] = [];
    const options = { onWarning: (line: string) => void warnings.push(line) };
    const inputs = await readOwnInputs(['p/a/2.png', 'p/a', 'p/b/1.png'], schema, options);
    expect(inputs.names).toEqual(['p/a/1.png', 'p/b/1.png']);
    expect(inputs.leftOut.map(({ name }) => name)).toEqual(['p/a/2.png', 'p/a/2.png']);
    const lines = [...warnings];
    for (const [paths, strict] of [
      [['p/a/2.png'], false],
      [['p/a'], true],
      [['p/a/2.png', 'p/a/2.png'], false],
    ] as const) {
      lines.push(await readOwnInputs(paths, schema, { strict }).then(() => 'read', String));
    }
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "2 of 4 pictures left out (--strict refuses them): p/a/2.png is truncated: got 50 bytes, expected at least 61. Fetch or copy it again; p/a/2.png is truncated: got 50 bytes, expected at least 61. Fetch or copy it again
      DataError: p/a/2.png is truncated: got 50 bytes, expected at least 61. Fetch or copy it again
      DataError: p/a/2.png is truncated: got 50 bytes, expected at least 61. Fetch or copy it again
      DataError: p/a/2.png holds no picture that can be read: got p/a/2.png is truncated: got 50 bytes, expected at least 61. Fetch or copy it again"
    `);
  });
});

describe('readOwnInputs, of pictures', () => {
  it('takes pictures, folders of them and folders of classes', async () => {
    writePictures({ 'p/a/1.png': png(1, 1), 'p/b/1.png': png(2, 1), 'q/2.png': png(3, 1), 'q/1.png': png(4, 1) });
    const { schema, train } = await open();
    const all = await readOwnInputs(['p'], schema);
    expect([all.inputs, all.targets, all.names]).toEqual([train.inputs, train.targets, ['p/a/1.png', 'p/b/1.png']]);
    const { inputs, names, targets } = await readOwnInputs(['q', 'p/b/1.png'], schema);
    expect(names).toEqual(['q/1.png', 'q/2.png', 'p/b/1.png']);
    expect(targets).toBeNull();
    expect([...held({ inputs })].filter((_, i) => i % 6 === 0)).toEqual([4, 3, 2]);
  });
});

describe('pictures that do not fit', () => {
  it('are refused in one line', async () => {
    const lines: string[] = [];
    const attempt = async (files: Readonly<Record<string, Uint8Array>>) => {
      writePictures(files);
      lines.push(await open().then(() => 'read', String));
    };
    mkdirSync('p');
    await attempt({});
    await attempt({ 'p/train/cat/1.png': png(1, 1) });
    await attempt({ 'p/cat/1.png': png(1, 1), 'p/dog/1.png': png(1, 1), 'p/dog/2.png': png(1, 1, [3, 3]) });
    writePictures({ 'p/dog/2.png': new Uint8Array(40) });
    lines.push(await openOwnData({ ...defaults, path: 'p', target: null, strict: true }).then(() => 'read', String));
    writePictures({ 'p/dog/2.png': png(1, 1).subarray(0, 50) });
    lines.push(await openOwnData({ ...defaults, path: 'p', target: null, strict: true }).then(() => 'read', String));
    await attempt({ 'p/dog/2.png': png(2, 1) });
    const { schema } = await open();
    writePictures({ 'x.png': png(1, 3), 'y.png': png(1, 1, [3, 3]) });
    for (const path of ['x.png', 'y.png', 'nowhere.png'])
      lines.push(await readOwnInputs([path], schema).then(() => 'read', String));
    const start = withFile(join(made, 'colour.jpg'), (file) => readBytes(file, 0, 400));
    for (const bytes of [start, start.subarray(0, 100)])
      lines.push(await readJpeg(memoryBytes('a.jpg', bytes)).then(() => 'read', String));
    const cmyk = withFile(join(made, 'cmyk.jpg'), (file) => readBytes(file, 0, file.length));
    lines.push(await readJpeg(memoryBytes('cmyk.jpg', cmyk)).then(() => 'read', String));
    writeFileSync('p/readme.txt', 'no picture');
    lines.push(await openOwnData({ ...defaults, path: 'p', target: 'animal' }).then(() => 'read', String));
    // Scans without an end, each of which may pass over all blocks.
    const scan = Uint8Array.of(0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0);
    const scans = new Uint8Array([...start, ...Array.from({ length: 101 }, () => [...scan]).flat()]);
    lines.push(await readJpeg(memoryBytes('scans.jpg', scans)).then(() => 'read', String));
    // A frame of 65535 x 65535 pixels in a few hundred bytes.
    const frame = start.findIndex((byte, i) => byte === 0xff && start[i + 1] === 0xc0);
    const bomb = start.slice();
    bomb.fill(255, frame + 5, frame + 9);
    lines.push(await readJpeg(memoryBytes('bomb.jpg', bomb)).then(() => 'read', String));
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "DataError: p holds no pictures in folders of classes: got no folder, expected a folder per class with .png or .jpg files in it. Check the path; train and test folders are given one by one
      DataError: p holds no pictures in folders of classes: got the folders train, expected a folder per class with .png or .jpg files in it. Check the path; train and test folders are given one by one
      DataError: p/dog/2.png has another size than p/cat/1.png: got 3x3 pixels, expected 3x2. Cut or scale all pictures to one size
      DataError: p/dog/2.png is no picture: expected a PNG or JPEG file
      DataError: p/dog/2.png is truncated: got 50 bytes, expected at least 61. Fetch or copy it again
      read
      DataError: x.png is a picture in colour: expected shades of grey. Save it as a greyscale picture
      DataError: y.png does not have the size that the network expects: got 3x3 pixels, expected 3x2. Cut or scale it before
      DataError: nowhere.png does not exist. Check the path given with --data
      DataError: a.jpg is no JPEG file, or is damaged: got unknown JPEG marker 0. Fetch or copy it again
      DataError: a.jpg is no JPEG file, or is damaged: got 100 bytes without a frame header. Fetch or copy it again
      DataError: cmyk.jpg is a kind of JPEG that is not read: got 16x8 pixels of 4 components, 8 bits, frame type 0, expected grey or RGB of 8 bits, baseline or progressive. Save it again as such a JPEG, or as PNG
      UsageError: pictures have no columns to choose from: got target for p. Leave it away: the classes are the names of the folders
      DataError: scans.jpg is no JPEG file, or is damaged: got 101 scans. Fetch or copy it again
      DataError: bomb.jpg has too many pixels: got 65535x65535, expected at most 16777216. Cut it, or scale it down"
    `);
  });
});
