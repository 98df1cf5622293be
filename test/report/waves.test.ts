/** What a report tells of gravitational waves. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ringdown } from '../../src/gravitation/index.ts';
import { type WavesPicture, recordWaves } from '../../src/report/index.ts';
import { eventsFigure, kerrFigure, loudnessFigure, probabilityFigure } from '../../src/report/figures/waves.ts';
import { Album } from '../../src/report/page/album.ts';
import { wavesSection } from '../../src/report/page/waves-section.ts';
import type { RunReport } from '../../src/report/run/read.ts';
import { readWaves } from '../../src/report/run/waves.ts';

const folder = mkdtempSync(join(tmpdir(), 'credence-waves-report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const names = ['finalSpin', 'omegaReal', 'omegaImaginary'];
const waves: WavesPicture = {
  ...{ step: 7, at: '2026-11-26T00:00:00.000Z', names, guess: [0.25, 0.09, 0.05] },
  loudness: [1.2, 2, 2.8].map((peakSnr, k) => ({
    ...{ peakSnr, count: 100, error: [0.2 - 0.05 * k, 0.08, 0.04], uncertainty: [0.2, 0.1, 0.05] },
    coverage: [0.9, 0.88, 0.93],
  })),
  recalibration: { count: 50, factor: [1.1, 1, 0.9], before: [0.87, 0.9, 0.93], after: [0.9, 0.9, 0.9] },
  events: [
    {
      ...{ name: 'GW150914', times: 20, peakSnr: 1.3, published: [0.69, 0.65, 0.74], truth: 0.68 },
      ...{ predicted: [0.67, 0.5, 0.8], coverage: 0.95 },
    },
  ],
};

const count = 40;
const spins = Array.from({ length: count }, (_, i) => 0.3 + 0.015 * i);
const rows = (name: string, mean: number[]) => ({
  ...{ name, mean, coverage: [], target: mean, q05: mean, q95: mean, standardDeviation: mean },
  probability: mean.map((_, i) => (i + 0.5) / count),
});
const targets = [
  rows('finalSpin', spins),
  rows(
    'omegaReal',
    spins.map((spin) => ringdown(spin).omegaReal),
  ),
  rows(
    'omegaImaginary',
    spins.map((spin) => ringdown(spin).omegaImaginary),
  ),
];

describe('gravitational waves in a report', () => {
  it('are kept beside their evaluation, and are read as they were written', () => {
    recordWaves(folder, waves);
    expect(readWaves(folder, waves)).toEqual(waves);
    expect(readWaves(folder, { step: 7, at: 'later' })).toBeNull();
    expect(readWaves(folder, { step: 8, at: waves.at })).toBeNull();
    writeFileSync(join(folder, 'evaluations/waves-step-9.json'), '{"step": 9}');
    expect(() => readWaves(folder, { step: 9, at: waves.at })).toThrow('expected');
  });

  it('are drawn: loudness, probabilities, the curve of Kerr, events', async () => {
    const drawn = [
      await loudnessFigure(names, waves.loudness!),
      await probabilityFigure(targets, { count }),
      await kerrFigure(targets[0]!, [
        [targets[1]!, 'omegaReal'],
        [targets[2]!, 'omegaImaginary'],
      ]),
      await eventsFigure(waves.events),
    ];
    expect(drawn[0]).toContain('Mean relative error');
    expect(drawn[1]).toContain('Probability-probability plot');
    expect(drawn[2]).toContain('predicted final spin');
    expect(drawn[3]).toContain('GW150914');
    for (const svg of drawn) expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('have a section of their own, with numbers beside the pictures', async () => {
    const regression = {
      step: 7,
      at: waves.at,
      count,
      outputs: 3,
      areCounts: false,
      levels: [],
      rows: spins.map((_, i) => i),
    };
    const figures = { 'relativeError.finalSpin': 0.1234, 'relativeLeftOut.finalSpin': 2 };
    const report = {
      waves,
      regression: { ...regression, targets },
      evaluation: { step: 7, at: waves.at, data: 'gw', images: count, draws: 3, seed: 0, figures },
    } as unknown as RunReport;
    const page = await wavesSection(report, new Album(false));
    const text = page
      .replace(/<svg[\s\S]*?<\/svg>/g, '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ');
    expect(text).toContain('finalSpin 0.1234 0.2500 2');
    expect(text).toContain('finalSpin 0.870 1.100 0.900');
    expect(text).toContain('GW150914 1.30 0.69 (0.65 to 0.74) 0.680 0.670 0.500 to 0.800 95 % of the noises');
    expect(page.match(/<svg/g)).toHaveLength(4);
    expect(await wavesSection({ ...report, waves: null }, new Album(false))).toBe('');
  });
});
