import { describe, expect, it } from 'vitest';
import { figureOf, normal, relativeErrors } from '../../src/likelihoods/index.ts';

/** What one draw of a normal likelihood predicts: means and standard deviations, [rows, 2]. */
function predicted(means: readonly number[], deviations: readonly number[]) {
  const count = means.length / 2;
  const gathering = normal({ noise: 'predicted', targets: 2 }).gather({
    ...{ count, draws: 1, levels: [], targets: null, units: null },
  });
  const batch = gathering.batch(count);
  batch.clear();
  batch.add(0, [Float32Array.from(means), Float32Array.from(deviations)], count);
  batch.finish(0, count);
  return gathering.result();
}

describe('relative errors', () => {
  it('are means over the rows of what is missing over the true number, its sign aside', () => {
    const predictive = predicted([1, -4, 3, -2], [0.5, 1, 0.25, 0.5]);
    // targets 2 and -4, 2 and -2
    expect(relativeErrors(predictive, [2, -4, 2, -2], null, ['a', 'b'])).toEqual({
      ...{ 'relativeError.a': 0.5, 'relativeUncertainty.a': 0.1875 },
      ...{ 'relativeError.b': 0, 'relativeUncertainty.b': 0.25 },
    });
  });

  it('are told of targets in their own units', () => {
    const predictive = predicted([30, 8], [1, 1]);
    const units = { shift: [10, 0], scale: [5, 2] };
    expect(relativeErrors(predictive, [2, 4], units, ['a', 'b'])).toMatchObject({
      ...{ 'relativeError.a': 0.5, 'relativeUncertainty.a': 0.05, 'relativeError.b': 0 },
    });
  });

  it('leave rows near 0 out, and count them', () => {
    const predictive = predicted([1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]);
    // of 1, 1, 0.1 the root mean square is 0.82, of which 0.3 are 0.246
    const figures = relativeErrors(predictive, [1, 1, 1, 1, 0.1, 1], null, ['a', 'b']);
    expect(figures).toMatchObject({ 'relativeError.a': 0, 'relativeLeftOut.a': 1, 'relativeError.b': 0 });
    expect(figures).not.toHaveProperty(['relativeLeftOut.b']);
  });

  it('have titles, as all figures have', () => {
    expect(figureOf('relativeError.finalSpin').title).toBe('relative error, finalSpin');
    expect(figureOf('relativeLeftOut.a.b')).toMatchObject({ title: 'near 0, left out, a.b', unit: 'rows' });
    expect(figureOf('rmse').title).toBe('RMSE');
    expect(figureOf('relativeError').title).toBe('relativeError');
  });
});
