import { describe, expect, it } from 'vitest';
import { staged } from '../../src/data/index.ts';

const data = {
  count: 7,
  shape: [2],
  inputs: Float32Array.from({ length: 14 }, (_, i) => Math.floor(i / 2)),
  targets: Int32Array.from({ length: 7 }, (_, i) => i),
};

/** Rows of consecutive batches of two, by stage of their step. */
function rows(stageAt: (step: number) => number, steps: number): number[][] {
  const examples = staged(data, 3, [4, 3], stageAt);
  return Array.from({ length: steps }, (_, i) => {
    const batch = { inputs: new Float32Array(4), targets: new Int32Array(2) };
    examples.fill(batch, { step: i + 1, replica: 0, firstExample: 0, position: 2 * i });
    expect([...batch.inputs]).toEqual([...batch.targets].flatMap((row) => [row, row]));
    return [...batch.targets];
  });
}

describe('stages of examples', () => {
  it('give rows of the stage of a step, each once per pass through it', () => {
    const own = rows((step) => (step <= 4 ? 0 : 1), 7);
    expect(new Set([...own[0]!, ...own[1]!])).toEqual(new Set([0, 1, 2, 3]));
    expect(new Set([...own[2]!, ...own[3]!])).toEqual(new Set([0, 1, 2, 3]));
    for (const row of own.slice(4).flat()) expect(row).toBeGreaterThan(3);
  });

  it('are the same whichever batch asks', () => {
    expect(rows(() => 1, 6)).toEqual(rows(() => 1, 6));
  });

  it('are all of the rows', () => {
    expect(() => staged(data, 3, [4, 4], () => 0)).toThrow('stages of examples: got 4, 4 rows, expected 7 together');
  });
});
