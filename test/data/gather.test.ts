import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gatherRows, gatherTargets } from '../../src/data/gather.ts';

/** A view that starts `shift` bytes into its buffer. */
function shifted(length: number, shift: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length + shift), shift);
}

describe('gatherRows', () => {
  // short rows are copied by a loop, long ones by a view
  it('copies rows whatever their length and place, and nothing else', () => {
    const layouts = fc.record({
      rowSize: fc.oneof(fc.integer({ min: 1, max: 17 }), fc.integer({ min: 45, max: 52 })),
      count: fc.integer({ min: 1, max: 9 }),
      rowsShift: fc.nat(5),
      outShift: fc.nat(5),
      picks: fc.array(fc.nat(), { maxLength: 12 }),
    });
    fc.assert(
      fc.property(layouts, ({ rowSize, count, rowsShift, outShift, picks }) => {
        const rows = shifted(count * rowSize, rowsShift);
        for (let i = 0; i < rows.length; i++) rows[i] = 1 + i;
        const indices = Int32Array.from(picks, (pick) => pick % count);
        const out = shifted(indices.length * rowSize + 3, outShift);
        gatherRows(rows, rowSize, indices, out);
        const picked = Array.from(indices).flatMap((row) =>
          Array.from(rows.subarray(row * rowSize, (row + 1) * rowSize)),
        );
        expect(Array.from(out)).toEqual([...picked, 0, 0, 0]);
        const reals = new Float32Array(indices.length * rowSize + 3);
        gatherRows(Float32Array.from(rows), rowSize, indices, reals);
        expect(Array.from(reals)).toEqual([...picked, 0, 0, 0]);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('sees the memory that replaced another one', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
    const rows = Uint8Array.from([1, 2, 3, 4]);
    gatherRows(rows, 4, Int32Array.of(0), new Uint8Array(memory.buffer));
    memory.grow(1);
    const grown = new Uint8Array(memory.buffer, 65_536);
    gatherRows(rows, 4, Int32Array.of(0), grown);
    expect(Array.from(grown.subarray(0, 4))).toEqual([1, 2, 3, 4]);
  });

  it('refuses indices beyond the rows and batches beyond the memory', () => {
    const rows = new Uint8Array(12);
    const out = new Uint8Array(8);
    expect(() => gatherRows(rows, 4, Int32Array.of(3), out)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: gatherRows: no such example: got index 3, expected 0 to 2]`,
    );
    expect(() => gatherRows(rows, 4, Int32Array.of(-1), out)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: gatherRows: no such example: got index -1, expected 0 to 2]`,
    );
    expect(() => gatherRows(rows, 4, Int32Array.of(0, 1), out.subarray(4))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: gatherRows: the batch does not fit: got room for 4, expected 8]`,
    );
  });
});

describe('gatherTargets', () => {
  it('copies targets into the batch, of whatever width and type', () => {
    const out = Int32Array.of(9, 9, 9);
    gatherTargets(Uint8Array.of(5, 6, 7), 1, Int32Array.of(2, 0), out);
    expect(Array.from(out)).toEqual([7, 5, 9]);
    const pairs = new Float32Array(5);
    gatherTargets(Float32Array.of(0.5, 1, 1.5, 2, 2.5, 3), 2, Int32Array.of(2, 1), pairs);
    expect(Array.from(pairs)).toEqual([2.5, 3, 1.5, 2, 0]);
  });

  it('refuses indices beyond the targets and batches beyond the memory', () => {
    const labels = Uint8Array.of(5, 6, 7);
    expect(() => gatherTargets(labels, 1, Int32Array.of(3), new Int32Array(1))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: gatherTargets: no such example: got index 3, expected 0 to 2]`,
    );
    expect(() => gatherTargets(labels, 1, Int32Array.of(0, 1), new Int32Array(1))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: gatherTargets: the batch does not fit: got room for 1, expected 2]`,
    );
  });
});
