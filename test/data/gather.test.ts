import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gatherBytes, gatherLabels } from '../../src/data/index.ts';

/** A view that starts `shift` bytes into its buffer. */
function shifted(length: number, shift: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length + shift), shift);
}

describe('gatherBytes', () => {
  it('copies rows whatever their length and place, and nothing else', () => {
    const layouts = fc.record({
      rowBytes: fc.integer({ min: 1, max: 17 }),
      count: fc.integer({ min: 1, max: 9 }),
      imageShift: fc.nat(5),
      outShift: fc.nat(5),
      outOffset: fc.nat(9),
      picks: fc.array(fc.nat(), { maxLength: 12 }),
    });
    fc.assert(
      fc.property(layouts, ({ rowBytes, count, imageShift, outShift, outOffset, picks }) => {
        const images = shifted(count * rowBytes, imageShift);
        for (let i = 0; i < images.length; i++) images[i] = 1 + i;
        const indices = Int32Array.from(picks, (pick) => pick % count);
        const out = shifted(outOffset + indices.length * rowBytes + 3, outShift);
        gatherBytes(images, rowBytes, indices, out, outOffset);
        const rows = Array.from(indices).flatMap((row) =>
          Array.from(images.subarray(row * rowBytes, (row + 1) * rowBytes)),
        );
        expect(Array.from(out)).toEqual([...new Array<number>(outOffset).fill(0), ...rows, 0, 0, 0]);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('sees the memory that replaced another one', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
    const images = Uint8Array.from([1, 2, 3, 4]);
    gatherBytes(images, 4, Int32Array.of(0), new Uint8Array(memory.buffer), 0);
    memory.grow(1);
    const grown = new Uint8Array(memory.buffer);
    gatherBytes(images, 4, Int32Array.of(0), grown, 65_536);
    expect(Array.from(grown.subarray(65_536, 65_540))).toEqual([1, 2, 3, 4]);
  });

  it('refuses indices beyond the images and batches beyond the memory', () => {
    const images = new Uint8Array(12);
    const out = new Uint8Array(8);
    expect(() => gatherBytes(images, 4, Int32Array.of(3), out)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: gatherBytes: no such example: got index 3, expected 0 to 2]`,
    );
    expect(() => gatherBytes(images, 4, Int32Array.of(-1), out)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: gatherBytes: no such example: got index -1, expected 0 to 2]`,
    );
    expect(() => gatherBytes(images, 4, Int32Array.of(0, 1), out, 4)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: gatherBytes: the batch does not fit: got room for 4, expected 8]`,
    );
  });
});

describe('gatherLabels', () => {
  it('copies labels into the batch', () => {
    const out = Int32Array.of(9, 9, 9, 9);
    gatherLabels(Uint8Array.of(5, 6, 7), Int32Array.of(2, 0), out, 1);
    expect(Array.from(out)).toEqual([9, 7, 5, 9]);
  });

  it('refuses indices beyond the labels and batches beyond the memory', () => {
    const labels = Uint8Array.of(5, 6, 7);
    expect(() => gatherLabels(labels, Int32Array.of(3), new Int32Array(1))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: gatherLabels: no such example: got index 3, expected 0 to 2]`,
    );
    expect(() => gatherLabels(labels, Int32Array.of(0, 1), new Int32Array(1))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: gatherLabels: the batch does not fit: got room for 1, expected 2]`,
    );
  });
});
