import { describe, expect, it } from 'vitest';
import { wilson } from '../../src/report/figures/reliability.ts';
import { verdict, verdictOf } from '../../src/report/page/verdict.ts';
import type { RunReport } from '../../src/report/run/read.ts';
import type { EvaluationRecord } from '../../src/report/run/records.ts';

const evaluation = (figures: Record<string, number>, more: Partial<EvaluationRecord> = {}): EvaluationRecord =>
  ({ step: 10, data: 'somewhere', images: 1000, draws: 50, figures, ...more }) as EvaluationRecord;

/** In words, a number and its sign apart. */
const told = (one: EvaluationRecord) => verdictOf(one).join(' ').replaceAll('\u00a0', ' ');

/** One bin, of all examples. */
const says = (confidence: number, accuracy: number) =>
  told(evaluation({ accuracy }, { reliability: [{ count: 1000, confidence, accuracy }] }));

describe('the verdict on a run', () => {
  it('of classes says how often it is right, and whether it knows', () => {
    expect(says(0.91, 0.9)).toBe(
      'Right for 90.0 % of 1,000 examples of its test set, give or take 0.9 % (a standard error). ' +
        'Its answers come with a probability of 91.0 % in the mean: its probabilities can be trusted as they stand.',
    );
    // 2 sqrt(0.95 x 0.05 / 1000) = 1.4 percentage points
    expect(says(0.95, 0.9)).toContain('it is surer than it is right, by 5.0 percentage points.');
    expect(says(0.9, 0.95)).toContain('it is right more often than it says, by 5.0 percentage points.');
  });

  it('of numbers says whether its intervals hold: 95 % of calibrated ones lie from 0.881 to 0.918 of 1,000', () => {
    const holds = (coverage90: number) => told(evaluation({ rmse: 1, coverage90 }));
    expect(holds(0.9)).toBe(
      'Its intervals of 90 % hold 90.0 % of the true numbers of 1,000 examples of its test set, as many as they should: ' +
        'its error bars can be trusted as they stand.',
    );
    expect(holds(0.88)).toContain('they are too narrow, it is surer than it is right.');
    expect(holds(0.919)).toContain('they are wider than they need to be');
  });

  it('says which step it is of while there are more to come', () => {
    const after = (totalSteps: number) => {
      const run = { evaluation: evaluation({ coverage90: 0.9 }), starts: [{ totalSteps }], calibration: null };
      return verdict(run as unknown as RunReport);
    };
    expect(after(2000)).toMatch(/^<p class="verdict">After step 10 of 2,000: its intervals of 90/);
    expect(after(10)).toMatch(/^<p class="verdict">Its intervals of 90/);
  });

  it('has nothing to say where nothing was asked', () => {
    expect(verdictOf(evaluation({ nll: 1 }))).toEqual([]);
  });
});

describe("Wilson's interval", () => {
  it('is that of the table in Newcombe 1998: 81 of 263, 15 of 148, 0 of 20, 1 of 29', () => {
    const table = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const;
    for (const [right, count, low, high] of table) {
      const [from, to] = wilson(right / count, count);
      expect(from).toBeCloseTo(low, 4);
      expect(to).toBeCloseTo(high, 4);
    }
  });
});
