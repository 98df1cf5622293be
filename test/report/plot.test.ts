import { expect, test } from 'vitest';
import { plot } from '../../src/report/index.ts';

const x = [0, 1, 2];

test('bands, lines and points are drawn, with a legend of their names', async () => {
  const svg = await plot({
    ...{ title: 'A title', x: 'time', y: { title: 'height', scale: 'log', domain: [1, 100] } },
    bands: [{ name: '90 %', x, low: [1, 2, 3], high: [10, 20, 30] }],
    lines: [{ name: 'mean', x, y: Float64Array.of(3, 6, 9), dashed: true }],
    points: [{ name: 'data', x, y: [4, 5, 6] }],
  });
  for (const word of ['A title', 'time', 'height', '90 %', 'mean', 'data']) expect(svg).toContain(`>${word}</text>`);
  expect(svg.match(/stroke-dasharray="5,4"/g)).toHaveLength(1);
});

test('a name has one colour in all diagrams, and one name alone no legend', async () => {
  const line = (name: string) => ({ name, x, y: x });
  const panel = (...names: string[]) => ({ x: 'x', y: 'y', lines: names.map(line) });
  const svg = await plot([panel('a', 'b'), panel('b')]);
  // the lines of a in the first colour, of b twice in the second; symbols of the legend are circles
  const lines = [...svg.matchAll(/<path aria-label="x: 0[^>]*stroke="(#\w+)"/g)].map(([, colour]) => colour);
  expect(lines).toEqual(['#0072b2', '#d55e00', '#d55e00']);
  expect(svg.match(/>b<\/text>/g)).toHaveLength(1);
});

test('a series whose numbers are not of one length is refused', () => {
  expect(() => plot({ x: 'x', y: 'y', lines: [{ name: 'mean', x, y: [1] }] })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: series mean of a plot: got 3 of x, 1 of y, expected as many numbers of each]`,
  );
});
