import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ranksFigure } from '../../src/report/figures/ranks.ts';
import { Album, rankSpeedsObserver } from '../../src/report/index.ts';
import { ranksSection } from '../../src/report/page/ranks-section.ts';
import { type RankRecord, rankRecord, ranksFile } from '../../src/report/run/rank-speeds.ts';
import type { RunReport } from '../../src/report/run/read.ts';
import { recordsIn } from '../../src/report/run/records.ts';
import { readRegular } from '../../src/run/index.ts';

/** Rank r computes 1000 + r samples/s, for a tenth more of each step than the one before. */
const recordOf = (step: number, count: number): RankRecord => ({
  step,
  samplesPerSecond: Array.from({ length: count }, (_, rank) => 1000 + rank),
  busy: Array.from({ length: count }, (_, rank) => (rank + 1) / (count + 1)),
});
const records = (count: number, from = 1) => Array.from({ length: 30 }, (_, i) => recordOf(from + i, count));
const section = (ranks: readonly RankRecord[]) => ranksSection({ ranks } as unknown as RunReport, new Album(false));
const linesIn = (svg: string) => svg.split('aria-roledescription="line mark"').length - 1;

describe('the ranks of a run', () => {
  it('are told one by one, since there were as many', async () => {
    expect(await section([])).toBe('');
    const html = await section([...records(2), ...records(3, 31)]);
    expect(html).toContain('<td>0</td><td>1,000</td><td>25 % of a step</td>');
    expect(html).toContain('<td>2</td><td>1,002</td><td>75 % of a step</td>');
    expect(html.match(/<tr><td>/g)).toHaveLength(3);
    // of two panels
    expect(linesIn(html)).toBe(2 * 3);
    expect(html).toContain('rank 2');
  });

  it('of many of them the slowest, and where the others are', async () => {
    const html = await section(records(40));
    expect(html).toContain('Of 40 ranks the 16 slowest are listed.');
    expect(html.match(/<tr><td>/g)).toHaveLength(16);
    const svg = await ranksFigure(records(40));
    expect(linesIn(svg)).toBe(2 * 3);
    for (const name of ['slowest', 'median', 'fastest']) expect(svg).toContain(`>${name}<`);
  });

  it('are kept on the way, and those of later steps dropped by a run that goes on', () => {
    const folder = mkdtempSync(join(tmpdir(), 'credence-ranks-'));
    const write = (resumedFrom: number, steps: readonly number[]) => {
      const observer = rankSpeedsObserver(folder, resumedFrom);
      for (const step of steps) observer.onRanks?.(step, recordOf(step, 2));
      observer.onEnd?.(steps.at(-1)!, true);
    };
    write(0, [10, 20, 30]);
    write(20, [25]);
    const text = readRegular(join(folder, ranksFile)).toString('utf8');
    const { records: kept, broken, edited } = recordsIn(text, rankRecord, true);
    expect([kept.map(({ step }) => step), broken, edited]).toEqual([[10, 20, 25], 0, 0]);
    expect(kept[2]).toEqual({ step: 25, samplesPerSecond: [1000, 1001], busy: [0.3333, 0.6667] });
  });
});
