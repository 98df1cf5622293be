import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { confusionFigure } from '../../src/report/figures/confusion.ts';
import { corruptionFigure } from '../../src/report/figures/corruption.ts';
import { groupsFigure, mostGroups } from '../../src/report/figures/groups.ts';
import { pitFigure } from '../../src/report/figures/pit.ts';
import { riskCoverageFigure } from '../../src/report/figures/risk-coverage.ts';
import { scoresFigure } from '../../src/report/figures/scores.ts';
import { recordScores, scoreHistogram } from '../../src/report/index.ts';
import { Album } from '../../src/report/page/album.ts';
import { detailsSection } from '../../src/report/page/details-section.ts';
import { shiftSection } from '../../src/report/page/shift-section.ts';
import { uncertainExamples } from '../../src/report/page/uncertain-examples.ts';
import type { RunReport } from '../../src/report/run/read.ts';
import { type DetailsPicture, readDetails, recordDetails } from '../../src/report/run/details.ts';
import type { EvaluationRecord } from '../../src/report/run/records.ts';
import { readScores } from '../../src/report/run/scores.ts';

const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);
const marks = (svg: string, kind: string) => svg.split(`aria-roledescription="${kind}"`).length - 1;
const folder = () => mkdtempSync(join(tmpdir(), 'credence-details-'));
const moment = { step: 40, at: '2026-11-25T03:00:00.000Z' };

const details: DetailsPicture = {
  ...moment,
  count: 100,
  intervals: { accuracy: [0.8, 0.95], nll: [0.2, 0.4] },
  resamples: 1000,
  adaptiveCalibrationError: 0.0123,
  selective: { loss: 'error', aurc: 0.02, excessAurc: 0.0101, kept: [{ coverage: 0.8, risk: 0.05 }] },
  groups: [{ by: 'class', figure: 'accuracy', groups: [{ name: 'a', count: 60, mean: 0.9, standardError: 0.0387 }] }],
  curve: [
    { coverage: 0.5, risk: 0.02, best: 0 },
    { coverage: 1, risk: 0.1, best: 0.1 },
  ],
  confusion: {
    classes: ['a', 'b'],
    cells: [
      [0, 0, 54],
      [0, 1, 6],
      [1, 1, 40],
    ],
  },
};

const evaluation = {
  ...moment,
  data: 'd',
  images: 100,
  draws: 5,
  figures: { accuracy: 0.9, nll: 0.3 },
} as EvaluationRecord;

describe('what is kept beside an evaluation', () => {
  it('is read as it was written, by the line of its own evaluation alone', () => {
    const run = folder();
    recordDetails(run, details);
    expect(readDetails(run, moment)).toEqual(details);
    expect(readDetails(run, { ...moment, at: '2026-11-25T04:00:00.000Z' })).toBeNull();
    const path = join(run, 'evaluations/details-step-40.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"count":100', '"count":-1'));
    expect(() => readDetails(run, moment)).toThrow('count');
  });

  it('of scores has bins over the range of both, and a file for each data', () => {
    const histogram = scoreHistogram('doubt', [0, 0, 0.1], [0.5, 1]);
    expect(histogram).toMatchObject({ from: 0, to: 1 });
    expect(histogram.inside.reduce((sum, count) => sum + count, 0)).toBe(3);
    expect([histogram.inside[0], histogram.inside[4], histogram.outside[20], histogram.outside.at(-1)]).toEqual([
      2, 1, 1, 1,
    ]);
    // all alike: one bin, and no division by 0
    expect(scoreHistogram('doubt', [2, 2], [2]).inside[0]).toBe(2);
    const run = folder();
    for (const data of ['a/b.csv', 'a b.csv']) recordScores(run, { ...moment, data, scores: [histogram] });
    expect(readdirSync(join(run, 'evaluations'))).toHaveLength(2);
    expect(readScores(run, { ...moment, data: 'a b.csv' })).toEqual({
      ...moment,
      data: 'a b.csv',
      scores: [histogram],
    });
    expect(readScores(run, { ...moment, data: 'another' })).toBeNull();
  });
});

describe('the figures of an evaluation', () => {
  it('confusion has a cell and its number for each pair that occurs', async () => {
    const svg = await confusionFigure(details.confusion!);
    expect(texts(svg)).toEqual(expect.arrayContaining(['54', '6', '40', 'true class', 'predicted class']));
    expect(marks(svg, 'rect mark')).toBe(3);
    // nobody is wrong: no division by 0
    const perfect = await confusionFigure({ classes: ['a', 'b'], cells: [[0, 0, 1]] });
    expect(perfect).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('risk and coverage has three lines, groups a point and an interval each, PIT a bar per bin', async () => {
    const lines = await riskCoverageFigure(details.curve, { risk: 'share of wrong ones', isShare: true });
    expect(marks(lines, 'line mark')).toBe(3);
    const many = Array.from({ length: 40 }, (_, i) => ({ name: `g${i}`, count: 10, mean: (i % 11) / 10 }));
    const groups = await groupsFigure(many, { by: 'kind', title: 'share', reference: 0.5 });
    expect(marks(groups, 'point')).toBe(mostGroups);
    expect(texts(groups)).toEqual(expect.arrayContaining(['by kind (examples)', 'g0 (10)']));
    const long = [{ name: 'x'.repeat(50), count: 1234, mean: 0.5 }];
    const short = await groupsFigure(long, { by: 'kind', title: 'share', reference: 0.5 });
    expect(texts(short)).toContain(`${'x'.repeat(31)}… (1,234)`);
    const pit = await pitFigure([0.25, 0.25, 0.3, 0.2], { count: 50 });
    expect(marks(pit, 'bar')).toBe(4);
    for (const svg of [lines, groups, pit]) expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('the most uncertain are not listed where all are as uncertain', () => {
    const kinds = (values: number[]) => [
      {
        kind: 'aleatoric' as const,
        examples: values.map((value, row) => ({ row, value, truth: '1', predicted: '2' })),
      },
    ];
    const evaluation = { step: 40 } as EvaluationRecord;
    expect(uncertainExamples(evaluation, kinds([0.5, 0.5, 0.5]))).toEqual([
      '<p class="notes">Most aleatoric uncertainty after step 40: it is the same for all that have most of it, as where a likelihood has one noise for all; none is listed.</p>',
    ]);
    expect(uncertainExamples(evaluation, kinds([0.5, 0.5, 0.4])).join('')).toContain('<td>2</td><td>1</td>');
  });

  it('scores have a panel each with both kinds, corruptions a line per kind and panel', async () => {
    const histogram = scoreHistogram('doubt', [0, 0, 0.1], [0.5, 1]);
    const two = [histogram, { ...histogram, name: 'energy' }];
    const svg = await scoresFigure(two, { names: ['test set', 'far'] });
    expect(texts(svg)).toEqual(expect.arrayContaining(['1 - largest probability', 'energy', 'test set', 'far']));
    expect(marks(svg, 'area mark')).toBe(4);
    const points = ['none', 'blur', 'noise'].map((kind, severity) => {
      return { kind, severity, figures: { accuracy: 0.5 }, uncertainty: 0.1 };
    });
    const corrupted = await corruptionFigure(points);
    expect(marks(corrupted, 'line mark')).toBe(4);
    expect(texts(corrupted)).toEqual(expect.arrayContaining(['accuracy', 'blur', 'noise']));
    for (const one of [svg, corrupted]) expect(one).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('the sections of a page', () => {
  it('tell intervals and what is left of the most certain, and draw the rest with words for readers', async () => {
    const section = (await detailsSection(evaluation, details, new Album(false))).join('\n');
    expect(section).toContain('<td>accuracy</td><td>0.9000 ± 0.0300</td><td>0.8000 to 0.9500</td>');
    expect(section).toContain('<td>accuracy of the most certain 80 %</td><td>0.9500</td>');
    expect(section.match(/<figure/g)).toHaveLength(3);
    expect(section.match(/<title>[^<]+<\/title><desc>/g)).toHaveLength(3);
  });

  it('list the commonest confusions where there are too many classes to draw', async () => {
    const classes = Array.from({ length: 30 }, (_, c) => `class ${c}`);
    const cells = [
      [0, 1, 3],
      [4, 2, 7],
      [5, 5, 90],
    ] as const;
    const many = {
      ...details,
      confusion: { classes, cells: cells.map((cell): [number, number, number] => [...cell]) },
    };
    const section = (await detailsSection(evaluation, many, new Album(false))).join('\n');
    expect(section).toMatch(/<td>class 4<\/td><td>class 2<\/td><td>7<\/td>[\s\S]*<td>class 0<\/td><td>class 1<\/td>/);
    expect(section).not.toContain('class 5<');
  });

  it('say how well scores tell other data, with or without what is drawn of them', async () => {
    const detection = [{ name: 'doubt', auroc: 0.9, aupr: 0.8, fpr95: 0.3, inside: 0.01, outside: 0.4 }];
    const other = { ...evaluation, of: 'outOfDistribution', data: 'far', against: 'near', detection } as const;
    const told = (scores: RunReport['outOfDistribution'][number]['scores']) =>
      shiftSection(
        { outOfDistribution: [{ evaluation: other, scores }], corrupted: null } as unknown as RunReport,
        new Album(false),
      );
    const bare = await told(null);
    expect(bare).toContain('<th>far against near</th><th>AUROC</th>');
    expect(bare).toContain('<td>1 - largest probability</td><td>0.9000</td><td>0.8000</td><td>0.3000</td>');
    expect(bare).not.toContain('<figure');
    const scores = [scoreHistogram('doubt', [0, 0.1], [0.5])];
    expect(await told({ ...moment, data: 'far', scores })).toContain('<title>Scores of 100 examples of far');
    expect(
      await shiftSection({ outOfDistribution: [], corrupted: null } as unknown as RunReport, new Album(false)),
    ).toBe('');
  });
});
