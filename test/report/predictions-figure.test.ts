import { describe, expect, it } from 'vitest';
import type { ClassPredictive } from '../../src/likelihoods/index.ts';
import { predictionsFigure } from '../../src/report/index.ts';

/** An input for each class, of which its draws are sure. */
function sureOf(classes: number): ClassPredictive {
  const probabilities = new Float64Array(classes * classes);
  for (let c = 0; c < classes; c++) probabilities[c * classes + c] = 1;
  const levels = [0.25, 0.75];
  return {
    ...{ kind: 'classes', classes, count: classes, draws: 2, levels, probabilities },
    quantiles: levels.map((level) => probabilities.map((probability) => probability * (1 - 0.01 * level))),
  } as unknown as ClassPredictive;
}

describe('the figure of predictions', () => {
  it('has no two classes of one colour and one line, and all of them below it', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `${i}.png`);
    const svg = await predictionsFigure({
      predictive: sureOf(10),
      labels: { example: 'image', names, targets: null, areNamed: true },
    });
    const lines = [...svg.matchAll(/<path[^>]*aria-roledescription="line mark"[^>]*>/g)].map(([path]) => {
      const of = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(path)?.[1] ?? '';
      return `${of('stroke')} ${of('stroke-dasharray')}`;
    });
    expect(lines).toHaveLength(10);
    expect(new Set(lines).size).toBe(10);
    for (const name of ['class', '0', '8', '9']) expect(svg).toContain(`>${name}<`);
  });
});
