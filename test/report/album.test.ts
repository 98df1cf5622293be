import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, describe, expect, it } from 'vitest';
import { writeFigures } from '../../src/report/figure-files.ts';
import { type DrawnMark, dataOf } from '../../src/report/figures/data.ts';
import type { FigureSpec } from '../../src/report/figures/draw.ts';
import { reliabilityFigure } from '../../src/report/figures/reliability.ts';
import { Album } from '../../src/report/page/album.ts';

const folder = mkdtempSync(join(tmpdir(), 'credence-figures-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bins = [0.55, 0.95].map((confidence, i) => ({ count: 10 ** (i + 1), confidence, accuracy: confidence - 0.05 }));

describe('an album', () => {
  it('names figures by their run, no two alike, whatever runs and columns are called', async () => {
    const album = new Album(true);
    const draw = async () => '<svg xmlns="http://www.w3.org/2000/svg"></svg>';
    for (const name of ['training', 'Training', 'predicted-../a b', 'größe'])
      await album.add(name, 'What it is.', draw);
    await album.of('run/1').add('training', 'What it is.', draw);
    await album.of('..').add('', 'What it is.', draw);
    expect(album.figures.map(({ name }) => name)).toEqual([
      ...['training', 'Training-2', 'predicted-..-a-b', 'größe', 'run-1-training', 'figure'],
    ]);
  });

  it('draws nothing twice and keeps nothing where no files are wanted', async () => {
    const album = new Album(false);
    let drawn = 0;
    const html = await album.add('reliability', 'Calibration. Of it.', async (options) => {
      drawn++;
      return reliabilityFigure(bins, options);
    });
    expect([drawn, album.figures]).toEqual([1, []]);
    expect(html).toContain('<figcaption>Calibration. Of it.</figcaption>');
  });
});

describe('files of figures', () => {
  it('are an SVG without letters, a PNG on white, and what is drawn', async () => {
    const album = new Album(true);
    await album.add('reliability', 'Calibration: "as" it is.', (options) => reliabilityFigure(bins, options));
    const paths = await writeFigures(folder, album.figures);
    expect(paths.map((path) => path.slice(folder.length + 1))).toEqual(
      ['svg', 'png', 'json'].map((kind) => `figures/reliability.${kind}`),
    );
    expect(readdirSync(join(folder, 'figures'))).toHaveLength(3);
    const [svg, png, json] = paths.map((path) => readFileSync(path));
    const text = svg!.toString('utf8');
    // letters are paths, and no font is asked for
    expect(text).not.toMatch(/<text|font-family|NaN|undefined/);
    expect(text).toContain('<title>reliability</title><desc>Calibration: &quot;as&quot; it is.</desc>');
    expect(text).toMatch(/^<svg [^>]*width="7\d\d"/);
    const { width, height, data, channels } = decode(png!);
    const [, size] = /width="(\d+)"/.exec(text)!;
    expect(width).toBe(3 * Number(size));
    const corners = [0, width - 1, (height - 1) * width, height * width - 1];
    for (const corner of corners)
      expect([...data.slice(corner * channels, corner * channels + 3)]).toEqual([255, 255, 255]);
    const { figure, caption, marks } = JSON.parse(json!.toString('utf8')) as {
      figure: string;
      caption: string;
      marks: DrawnMark[];
    };
    expect({ figure, caption }).toEqual({ figure: 'reliability', caption: 'Calibration: "as" it is.' });
    const points = marks.find(({ mark }) => mark === 'point')!;
    expect(points.panel).toEqual(['Reliability']);
    expect(points.encoding).toEqual({
      x: { field: 'confidence', title: 'predicted probability' },
      y: { field: 'accuracy', title: 'share that is right' },
    });
    expect(points.rows).toEqual(bins.map((bin) => expect.objectContaining(bin) as object));
  });

  it('tell rows that stand around several marks, and colours that those share', () => {
    const values = [{ a: 1 }, { a: 2 }];
    const spec = {
      title: 'the whole',
      data: { values },
      hconcat: [
        {
          title: { text: 'left' },
          encoding: { color: { field: 'k' } },
          layer: [{ mark: 'line', encoding: { x: { field: 'a' } } }],
        },
        { data: { values: [] }, mark: { type: 'bar' }, encoding: { y: { value: 3 } } },
      ],
    } as FigureSpec;
    expect(dataOf(spec)).toEqual([
      {
        ...{ panel: ['the whole', 'left'], mark: 'line', rows: values },
        encoding: { color: { field: 'k', title: null }, x: { field: 'a', title: null } },
      },
      { panel: ['the whole'], mark: 'bar', rows: [], encoding: {} },
    ]);
  });
});
