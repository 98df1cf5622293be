import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memoryBytes } from '../../src/datasets/readers/bytes.ts';
import { readPng, readPngHeader } from '../../src/datasets/readers/png.ts';
import { errorOf } from '../run/disk.ts';
import { bytesOf, images, picture, plane } from './cifar-fixtures.ts';

const read = (bytes: Uint8Array) => readPng(memoryBytes('a.png', bytes), () => {});
const refusal = (bytes: Uint8Array) => String(errorOf(() => read(bytes)));

function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const named = bytesOf(type, content);
  return bytesOf(word(content.length), named, word(crc32(named)));
}

/** @param kind bits, colour type, compression, filter, interlace */
function png(width: number, height: number, kind: readonly number[], ...chunks: readonly Uint8Array[]): Uint8Array {
  const header = chunk('IHDR', bytesOf(word(width), word(height), ...kind));
  return bytesOf('\x89PNG\r\n\x1a\n', header, ...chunks, chunk('IEND', new Uint8Array(0)));
}

const rgb = [8, 2, 0, 0, 0];
const data = (bytes: Uint8Array) => chunk('IDAT', deflateSync(bytes));

describe('readPng', () => {
  it('gives the pixels of a picture, row by row', () => {
    const three = images(0, 3);
    const { width, height, data: pixels } = read(picture(three));
    expect({ width, height }).toEqual({ width: plane, height: 3 });
    expect(pixels).toEqual(three.interleaved);
  });

  it('undoes each filter', () => {
    // One row for each: none, sub, up, average, Paeth (PNG, clause 9), worked out by hand.
    const rows = [
      [0, 1, 2, 3, 4, 5, 6],
      [1, 1, 2, 3, 3, 3, 3],
      [2, 1, 1, 1, 1, 1, 1],
      [3, 1, 1, 1, 1, 1, 1],
      [4, 1, 1, 1, 1, 1, 1],
    ];
    expect([...read(png(2, 5, rgb, data(Uint8Array.from(rows.flat())))).data]).toEqual([
      ...[1, 2, 3, 4, 5, 6],
      ...[1, 2, 3, 4, 5, 6],
      ...[2, 3, 4, 5, 6, 7],
      ...[2, 2, 3, 4, 5, 6],
      ...[3, 3, 4, 5, 6, 7],
    ]);
  });

  it('looks up a palette, and tells how many values a pixel has', () => {
    const grey = read(png(2, 1, [8, 0, 0, 0, 0], data(Uint8Array.of(0, 7, 9))));
    expect(grey).toMatchObject({ width: 2, height: 1, colour: 0, depth: 8, channels: 1, data: Uint8Array.of(7, 9) });
    const palette = chunk('PLTE', Uint8Array.of(1, 2, 3, 4, 5, 6));
    const indexed = png(3, 1, [8, 3, 0, 0, 0], palette, data(Uint8Array.of(0, 1, 0, 1)));
    expect(read(indexed)).toMatchObject({ channels: 3, data: Uint8Array.of(4, 5, 6, 1, 2, 3, 4, 5, 6) });
    const clear = png(3, 1, [8, 3, 0, 0, 0], palette, chunk('tRNS', Uint8Array.of(9)), data(Uint8Array.of(0, 1, 0, 1)));
    expect(read(clear)).toMatchObject({ channels: 4, data: Uint8Array.of(4, 5, 6, 255, 1, 2, 3, 9, 4, 5, 6, 255) });
  });

  it('makes bytes of fewer and of more bits', () => {
    const grey = (depth: number, ...row: readonly number[]) => [
      ...read(png(5, 1, [depth, 0, 0, 0, 0], data(Uint8Array.of(0, ...row)))).data,
    ];
    expect(grey(1, 0b10110_000)).toEqual([255, 0, 255, 255, 0]);
    expect(grey(2, 0b00_01_10_11, 0b01_000000)).toEqual([0, 85, 170, 255, 85]);
    expect(grey(4, 0x0f, 0x18, 0xa0)).toEqual([0, 255, 17, 136, 170]);
    // The nearest of 257 to a byte, not its upper half: 0x0180 is 1.49, 0x0182 is 1.502 of 255.
    expect(grey(16, 0, 0, 0xff, 0xff, 1, 0x80, 1, 0x82, 0x80, 0x80)).toEqual([0, 255, 1, 2, 128]);
    const palette = chunk('PLTE', Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9));
    // A row ends within a byte: the next begins with one of its own.
    const indexed = png(3, 2, [2, 3, 0, 0, 0], palette, data(Uint8Array.of(0, 0b00_01_10_00, 0, 0b10_10_00_00)));
    expect([...read(indexed).data]).toEqual([...[1, 2, 3, 4, 5, 6, 7, 8, 9], ...[7, 8, 9, 7, 8, 9, 1, 2, 3]]);
    const wide = png(1, 1, [16, 6, 0, 0, 0], data(Uint8Array.of(0, 255, 255, 0, 0, 1, 1, 128, 128)));
    expect(read(wide)).toMatchObject({ channels: 4, data: Uint8Array.of(255, 0, 1, 128) });
  });

  it('puts interlaced rows in order', () => {
    // 3 x 3 by Adam7 (PNG, clause 8): passes 1, 4, 5, 6 and 7 hold pixels.
    const passes = [
      [0, 1],
      [0, 3],
      [0, 7, 9],
      [0, 2],
      [0, 8],
      [0, 4, 5, 6],
    ];
    expect([...read(png(3, 3, [8, 0, 0, 0, 1], data(Uint8Array.from(passes.flat())))).data]).toEqual([
      ...[1, 2, 3],
      ...[4, 5, 6],
      ...[7, 8, 9],
    ]);
  });

  it('takes a transparent colour for an alpha channel', () => {
    const clear = (...value: readonly number[]) => chunk('tRNS', Uint8Array.from(value));
    const grey = png(3, 1, [8, 0, 0, 0, 0], clear(0, 7), data(Uint8Array.of(0, 6, 7, 8)));
    expect(read(grey)).toMatchObject({ channels: 2, data: Uint8Array.of(6, 255, 7, 0, 8, 255) });
    const two = png(3, 1, [2, 0, 0, 0, 0], clear(0, 1), data(Uint8Array.of(0, 0b00_01_10_00)));
    expect(read(two)).toMatchObject({ channels: 2, data: Uint8Array.of(0, 255, 85, 0, 170, 255) });
    // Of 16 bits all must be alike, not the eight that are left of them.
    const deep = png(2, 1, [16, 0, 0, 0, 0], clear(1, 1), data(Uint8Array.of(0, 1, 1, 1, 2)));
    expect(read(deep)).toMatchObject({ channels: 2, data: Uint8Array.of(1, 0, 1, 255) });
    const colour = png(2, 1, rgb, clear(0, 1, 0, 2, 0, 3), data(Uint8Array.of(0, 1, 2, 3, 1, 2, 4)));
    expect(read(colour)).toMatchObject({ channels: 4, data: Uint8Array.of(1, 2, 3, 0, 1, 2, 4, 255) });
    expect(readPngHeader(memoryBytes('a.png', grey))).toMatchObject({ colour: 0, hasAlpha: true });
    expect(readPngHeader(memoryBytes('a.png', picture(images(0, 1))))).toMatchObject({ colour: 2, hasAlpha: false });
  });

  it('passes over a palette that is only suggested', () => {
    const suggested = png(1, 1, rgb, chunk('PLTE', Uint8Array.of(9, 9, 9)), data(Uint8Array.of(0, 1, 2, 3)));
    expect(read(suggested)).toMatchObject({ channels: 3, data: Uint8Array.of(1, 2, 3) });
  });

  it('joins what is cut into several chunks, and passes over those that are not the picture', () => {
    const packed = deflateSync(Uint8Array.of(0, 1, 2, 3));
    const chunks = [
      chunk('iCCP', bytesOf('x\0\0no profile')),
      chunk('IDAT', packed.subarray(0, 3)),
      chunk('IDAT', packed.subarray(3)),
    ];
    expect([...read(png(1, 1, rgb, ...chunks)).data]).toEqual([1, 2, 3]);
  });
});

describe('a picture that is none', () => {
  it('is refused in one line', () => {
    const whole = picture(images(0, 2));
    const flipped = whole.slice();
    flipped[100] ^= 4;
    expect(
      [
        refusal(bytesOf('GIF89a')),
        refusal(whole.subarray(0, 200)),
        refusal(whole.subarray(0, whole.length - 12)),
        refusal(flipped),
        refusal(png(1, 1, [4, 2, 0, 0, 0], data(new Uint8Array(7)))),
        refusal(png(1, 1, [4, 0, 0, 0, 1], data(new Uint8Array(4)))),
        refusal(png(1, 1, rgb, chunk('IDAT', bytesOf('not deflate')))),
        refusal(png(1, 1, rgb)),
        refusal(png(1, 1, rgb, data(Uint8Array.of(9, 1, 2, 3)))),
      ].join('\n'),
    ).toMatchInlineSnapshot(`
      "DataError: a.png is no PNG file: got "GIF89a", expected the signature of PNG
      DataError: a.png is truncated: got 200 bytes, expected at least 888. Fetch or copy it again
      DataError: a.png is truncated: got 888 bytes, expected a further chunk. Fetch or copy it again
      DataError: a.png is damaged: got a wrong checksum of the chunk at byte 33. Fetch or copy it again
      DataError: a.png is a kind of PNG that is not read: got 1x1 pixels, colour type 2, 4 bits, interlace 0, expected 1 to 16 bits per channel, interlaced only from 8 bits on. Save it again as such a PNG
      DataError: a.png is a kind of PNG that is not read: got 1x1 pixels, colour type 0, 4 bits, interlace 1, expected 1 to 16 bits per channel, interlaced only from 8 bits on. Save it again as such a PNG
      DataError: a.png is damaged or truncated: got Z_DATA_ERROR, expected 4 bytes of deflate data. Fetch or copy it again
      DataError: a.png is damaged or truncated: got 0 compressed bytes, expected them to unpack to 4, which deflate cannot. Fetch or copy it again
      DataError: a.png is damaged: got Unsupported filter: 9. Fetch or copy it again"
    `);
  });

  it('is refused before anything is allocated where it is a bomb', () => {
    expect(
      [
        // a picture of 6 GB in a few bytes, one that unpacks to more than it declares, and one to less
        refusal(png(plane, 2_000_000, rgb, data(new Uint8Array(10)))),
        refusal(png(plane, 16_000, rgb, data(new Uint8Array(10)))),
        refusal(png(1, 1, rgb, data(new Uint8Array(10_000_000)))),
        refusal(png(1, 9, rgb, data(new Uint8Array(4)))),
      ].join('\n'),
    ).toMatchInlineSnapshot(`
      "DataError: a.png has too many pixels: got 1024x2000000, expected at most 16777216. Cut it, or scale it down
      DataError: a.png is damaged or truncated: got 11 compressed bytes, expected them to unpack to 49168000, which deflate cannot. Fetch or copy it again
      DataError: a.png unpacks to more than it declares: got more than 4 bytes, expected 4. Fetch or copy it again
      DataError: a.png unpacks to less than it declares: got 4 bytes, expected 36. Fetch or copy it again"
    `);
  });
});
