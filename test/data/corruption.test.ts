import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type Corruption,
  type ImageShape,
  corruptedImages,
  corruptions,
  corruptionStrengths,
  resizedImages,
} from '../../src/data/index.ts';
import { blurred, faded, rotated } from '../../src/data/image-changes.ts';

interface Picture {
  readonly shape: ImageShape;
  readonly data: readonly number[];
}

interface Golden {
  readonly images: readonly Picture[];
  readonly scaled: readonly (Picture & { readonly image: number })[];
  readonly grey: Picture;
  readonly rotated: readonly { readonly image: number; readonly degrees: number; readonly data: readonly number[] }[];
  readonly blurred: readonly { readonly image: number; readonly deviation: number; readonly data: readonly number[] }[];
}

const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'golden/images.json'), 'utf8')) as Golden;
const pixels = ({ data }: Picture) => Uint8Array.from(data);
const furthest = (one: ArrayLike<number>, other: ArrayLike<number>) =>
  Math.max(...Array.from(one, (value, i) => Math.abs(value - other[i]!)));

describe('images in another size', () => {
  it.each(golden.scaled)('are those of Pillow to a rounding in each direction: $image as $shape', (wanted) => {
    const image = golden.images[wanted.image]!;
    const scaled = resizedImages(pixels(image), 1, image.shape, wanted.shape);
    expect(scaled).toHaveLength(wanted.data.length);
    // Pillow rounds twice, once along each axis
    expect(furthest(scaled, wanted.data)).toBeLessThanOrEqual(1);
  });

  it('become grey as Pillow has it, and colour with all channels alike; each image its own', () => {
    const image = golden.images[1]!;
    const [height, width] = image.shape;
    const two = Uint8Array.from([...image.data, ...image.data.map((value) => 255 - value)]);
    const grey = resizedImages(two, 2, image.shape, [height, width, 1]);
    expect(furthest(grey.subarray(0, height * width), golden.grey.data)).toBeLessThanOrEqual(1);
    expect(
      furthest(
        grey.subarray(height * width),
        golden.grey.data.map((value) => 255 - value),
      ),
    ).toBeLessThanOrEqual(1);
    const colour = resizedImages(grey, 2, [height, width, 1], image.shape);
    expect([...colour]).toEqual([...grey].flatMap((value) => [value, value, value]));
  });

  it('are refused where they are none', () => {
    const resize = (from: ImageShape, to: ImageShape, length = 4) => resizedImages(new Uint8Array(length), 1, from, to);
    expect(() => resize([2, 2, 2], [2, 2, 3], 8)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: channels of images: got 2 that should become 3, expected grey to colour, 1 to 3, or colour to grey]`,
    );
    expect(() => resize([2, 2, 1], [0, 2, 1])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: images: got 1 of 0x2x1, expected at least one of height x width x channels]`,
    );
    expect(() => resize([2, 2, 1], [2, 2, 1], 5)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: images do not fit their array: got 5, expected 4 bytes: 1 of 2x2x1]`,
    );
  });
});

describe('what is done to images', () => {
  it.each(golden.rotated)('rotates image $image by $degrees degrees as SciPy does', ({ image, degrees, data }) => {
    const own = golden.images[image]!;
    expect(furthest(rotated(pixels(own), own.shape, (degrees * Math.PI) / 180), data)).toBeLessThan(1e-5);
  });

  it.each(golden.blurred)('blurs image $image by $deviation pixels as SciPy does', ({ image, deviation, data }) => {
    const own = golden.images[image]!;
    expect(furthest(blurred(pixels(own), own.shape, deviation), data)).toBeLessThan(1e-5);
  });

  it('fades each channel towards its mean', () => {
    expect([...faded(Uint8Array.of(0, 10, 100, 30), [2, 1, 2], 0.5)]).toEqual([25, 15, 75, 25]);
  });
});

describe('corrupted images', () => {
  const shape: ImageShape = [24, 25, 1];
  const count = 12;
  const images = Uint8Array.from({ length: count * 600 }, (_, i) => (i * 37) % 256);
  const at = (kind: Corruption, severity: number, seed = 3, of = images, n = count) =>
    corruptedImages(of, n, shape, { kind, severity, seed });

  it.each(corruptions)('%s: a function of seed and place, further off at each severity', (kind) => {
    const distances = [1, 2, 3, 4, 5].map((severity) => {
      const changed = at(kind, severity);
      expect(at(kind, severity)).toEqual(changed);
      // an example does not hang on those behind it
      expect(at(kind, severity, 3, images.slice(0, 1200), 2)).toEqual(changed.slice(0, 1200));
      return Math.sqrt(changed.reduce((sum, pixel, i) => sum + (pixel - images[i]!) ** 2, 0) / images.length);
    });
    if (kind !== 'rotation') expect(distances).toEqual(distances.toSorted((a, b) => a - b));
    expect(Math.min(...distances)).toBeGreaterThan(1);
    const isKeyed = kind === 'noise' || kind === 'rotation';
    const [one, other] = [at(kind, 3), at(kind, 3, 4)];
    expect(one.every((pixel, i) => pixel === other[i])).toBe(!isKeyed);
  });

  it('noise has the standard deviation that it says, where it does not leave 0 to 255', () => {
    const grey = new Uint8Array(images.length).fill(128);
    const noisy = at('noise', 1, 3, grey);
    const deviation = Math.sqrt(noisy.reduce((sum, pixel) => sum + (pixel - 128) ** 2, 0) / noisy.length);
    const expected = Math.hypot(255 * corruptionStrengths.noise[0], Math.sqrt(1 / 12));
    // of n normals the standard deviation has the standard error sigma / sqrt(2 n); 5 of it
    expect(Math.abs(deviation - expected)).toBeLessThan((5 * expected) / Math.sqrt(2 * noisy.length));
  });

  it('are refused where there is no such corruption', () => {
    const corrupt = (more: object) => () =>
      corruptedImages(images, count, shape, { kind: 'noise', severity: 1, seed: 3, ...more });
    expect(corrupt({ kind: 'fog' })).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: a corruption: got "fog", expected rotation, noise, blur, contrast]`,
    );
    expect(corrupt({ severity: 6 })).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: the severity of a corruption: got 6, expected 1 to 5]`,
    );
    expect(corrupt({ seed: -1 })).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: noise key, seed: got -1, expected an integer from 0 to 2^53 - 1]`,
    );
    expect(() =>
      corruptedImages(images, 0, shape, { kind: 'blur', severity: 1, seed: 3 }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: images: got 0 of 24x25x1, expected at least one of height x width x channels]`,
    );
  });
});
