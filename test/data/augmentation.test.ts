import { describe, expect, it } from 'vitest';
import { Augmentation } from '../../src/data/index.ts';

const shape = { height: 4, width: 5, channels: 2 };
const size = 40;
/** No byte of it is 0 but those that come from outside. */
const batch = (count: number): Uint8Array => Uint8Array.from({ length: count * size }, (_, i) => 1 + (i % size));

function augmented(
  options: { flips: boolean; crops: number },
  count: number,
  firstExample = 0,
  replica = 0,
): Uint8Array {
  const images = batch(count);
  new Augmentation(7, shape, options).apply(images, 3, replica, firstExample);
  return images;
}

/** The pixel of the original that stands at (y, x): its place, or null for black. */
function sourceOf(image: Uint8Array, y: number, x: number): [number, number] | null {
  const value = image[(y * shape.width + x) * shape.channels]!;
  if (value === 0) return null;
  const pixel = (value - 1) / shape.channels;
  return [Math.floor(pixel / shape.width), pixel % shape.width];
}

describe('augmentation', () => {
  it('changes nothing unless asked to', () => {
    expect(augmented({ flips: false, crops: 0 }, 3)).toEqual(batch(3));
  });

  it('mirrors about half of the images and leaves the others', () => {
    const count = 1000;
    const images = augmented({ flips: true, crops: 0 }, count);
    let mirrored = 0;
    for (let i = 0; i < count; i++) {
      const image = images.subarray(i * size, (i + 1) * size);
      const isMirrored = sourceOf(image, 0, 0)![1] === shape.width - 1;
      mirrored += isMirrored ? 1 : 0;
      for (let y = 0; y < shape.height; y++) {
        for (let x = 0; x < shape.width; x++) {
          expect(sourceOf(image, y, x)).toEqual([y, isMirrored ? shape.width - 1 - x : x]);
        }
      }
    }
    // Four standard deviations of a fair coin.
    expect(Math.abs(mirrored - count / 2)).toBeLessThan(4 * Math.sqrt(count / 4));
  });

  it('moves each way by at most so many pixels, all alike, and black comes in', () => {
    const count = 2000;
    const images = augmented({ flips: false, crops: 1 }, count);
    const seen = new Map<string, number>();
    for (let i = 0; i < count; i++) {
      const image = images.subarray(i * size, (i + 1) * size);
      const [y, x] = sourceOf(image, 1, 1)!;
      const [down, right] = [y - 1, x - 1];
      seen.set(`${down} ${right}`, (seen.get(`${down} ${right}`) ?? 0) + 1);
      for (let row = 0; row < shape.height; row++) {
        for (let column = 0; column < shape.width; column++) {
          const [from, at] = [row + down, column + right];
          const isInside = from >= 0 && from < shape.height && at >= 0 && at < shape.width;
          expect(sourceOf(image, row, column)).toEqual(isInside ? [from, at] : null);
        }
      }
    }
    expect(seen.size).toBe(9);
    // Five standard deviations of each of the nine.
    const deviation = Math.sqrt(count * (1 / 9) * (8 / 9));
    for (const times of seen.values()) expect(Math.abs(times - count / 9)).toBeLessThan(5 * deviation);
  });

  it('is the same however the batch is dealt out, and another in another replica', () => {
    const options = { flips: true, crops: 2 };
    const whole = augmented(options, 6);
    const parts = [augmented(options, 2, 0), augmented(options, 4, 2)];
    expect(Buffer.concat(parts)).toEqual(Buffer.from(whole));
    expect(augmented(options, 6, 0, 1)).not.toEqual(whole);
  });
});
