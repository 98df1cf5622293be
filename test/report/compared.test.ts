import { describe, expect, it } from 'vitest';
import { comparedCoverageFigure, comparedReliabilityFigure } from '../../src/report/figures/compared.ts';
import { dataOf } from '../../src/report/figures/data.ts';
import type { FigureOptions } from '../../src/report/figures/draw.ts';
import { wilson } from '../../src/report/figures/reliability.ts';
import { trainingFigure } from '../../src/report/figures/training.ts';
import { onTheWay } from '../../src/report/run/on-the-way.ts';
import type { EvaluationRecord } from '../../src/report/run/records.ts';

/** What a figure draws, and the texts in it. */
async function drawn(draw: (options: FigureOptions) => Promise<string>) {
  let marks: ReturnType<typeof dataOf> = [];
  const svg = await draw({ inspect: (spec) => (marks = dataOf(spec)) });
  // what Vega has written into the rows since is none of them
  marks = JSON.parse(JSON.stringify(marks)) as typeof marks;
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  return { marks, texts: [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!) };
}

const points = [1, 2, 3].map((step) => ({
  ...{ step, nll: 1 / step, kl: 10, negativeElbo: 1 / step + 1, samplesPerSecond: 100 },
  figures: { accuracy: 1 - 1 / step },
}));
const evaluations = [2, 3].map((step) => ({ step, figures: { nll: 0.5, accuracy: 0.7, ece: 0.1 } }));

describe('the figure of a training', () => {
  it('has what evaluations on the way told beside what the batches did, where both tell it', async () => {
    const { marks, texts } = await drawn((options) => trainingFigure([{ name: 'run', points, evaluations }], options));
    const held = marks.filter(({ rows }) => rows.length === evaluations.length);
    expect(held.map(({ encoding }) => encoding['y']!.field)).toEqual(['nll', 'accuracy']);
    expect(held[0]!.rows).toMatchObject([
      { step: 2, nll: 0.5 },
      { step: 3, nll: 0.5 },
    ]);
    expect(texts.filter((text) => text === 'evaluations on the way')).toHaveLength(1);
  });

  it('has no legend of one run without evaluations, and a whole name of each of several', async () => {
    const alone = await drawn((options) => trainingFigure([{ name: 'run', points }], options));
    expect(alone.texts).not.toContain('batches of the training');
    const long = `${'b'.repeat(20)}: learningRate 0.003, data.validation 0.1, prior.kind scaleMixture`;
    const runs = ['a: learningRate 0.001', long].map((name) => ({ name, points, evaluations }));
    const { texts } = await drawn((options) => trainingFigure(runs, options));
    for (const { name } of runs) expect(texts.filter((text) => text === name)).toHaveLength(1);
  });
});

describe('runs on one pair of axes', () => {
  it('show the reliability of each, with its intervals', async () => {
    const bin = (count: number, accuracy: number) => ({ count, confidence: 0.8, accuracy });
    const runs = [
      { name: 'one', values: [bin(10, 0.5), bin(0, 0)] },
      { name: 'two', values: [bin(1000, 0.9)] },
    ];
    const { marks, texts } = await drawn((options) => comparedReliabilityFigure(runs, options));
    const [low, high] = wilson(0.5, 10);
    // a bin of none is none
    expect(marks.find(({ mark }) => mark === 'point')!.rows).toEqual([
      { name: 'one', count: 10, at: 0.8, share: 0.5, low, high },
      expect.objectContaining({ name: 'two', share: 0.9 }),
    ]);
    expect(texts).toEqual(expect.arrayContaining(['one', 'two']));
  });

  it('show the coverage of each, and what chance allows the one of the fewest rows', async () => {
    const of = (count: number, coverage: number) => ({ count, levels: [0.5], coverage: [coverage] });
    const runs = [
      { name: 'one', values: of(1000, 0.4) },
      { name: 'two', values: of(1, 0.6) },
    ];
    const { marks } = await drawn((options) => comparedCoverageFigure(runs, options));
    // of one row all or nothing may be in it
    expect(marks.find(({ mark }) => mark === 'area')!.rows[1]).toEqual({ at: 0.5, low: 0, high: 1 });
    expect(marks.at(-1)!.rows).toEqual([
      { name: 'one', at: 0.5, share: 0.4 },
      { name: 'two', at: 0.5, share: 0.6 },
    ]);
  });
});

describe('evaluations on the way', () => {
  const of = (part: EvaluationRecord['of'], step: number, draws = 30) =>
    ({ step, draws, of: part, figures: {}, at: '', data: '', images: 1 }) as EvaluationRecord;

  it('are those of the validation part, else of the test set; one moment is no curve, other data are none', () => {
    const told = (all: readonly EvaluationRecord[]) => {
      const found = onTheWay(all);
      return found && [found.of, ...found.evaluations.map(({ step }) => step)];
    };
    const validation = [of('validation', 20), of('validation', 10)];
    expect(told([...validation, of('test', 30), of('test', 40)])).toEqual(['validation', 10, 20]);
    expect(told([of('validation', 10), of('test', 30), of(undefined, 40)])).toEqual(['test', 30, 40]);
    expect(told([of('test', 30), of('other', 40), of('corrupted', 50)])).toBeNull();
    expect(told([])).toBeNull();
  });

  it('are that of the most draws at a step, and of equal ones the last', () => {
    const [many, few] = [of('test', 10, 300), of('test', 10, 5)];
    expect(onTheWay([many, few, of('test', 20)])!.evaluations[0]).toBe(many);
    const again = of('test', 10, 300);
    expect(onTheWay([many, again, of('test', 20)])!.evaluations[0]).toBe(again);
  });
});
