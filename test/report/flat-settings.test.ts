import { describe, expect, it } from 'vitest';
import { differences, flatSettings } from '../../src/report/run/flat-settings.ts';
import { defaults } from '../../src/train/index.ts';

describe('flat settings', () => {
  it('are told by their paths: lists with commas, a network by its name, nothing that is not set', () => {
    const flat = flatSettings({
      ...defaults,
      model: { name: 'mine', layers: [] },
      data: { ...defaults.data, name: 'own', target: ['price', 'area'], test: [1, 2, 3] },
      verbose: true,
    });
    expect(flat).toMatchObject({
      ...{ model: 'mine', 'data.target': 'price,area', 'data.test': '1,2,3', 'kl.beta': 1, 'prior.fanIn': false },
    });
    for (const absent of ['iteration', 'patience', 'verbose', 'checkpointEvery', 'data', 'kl'])
      expect(Object.keys(flat)).not.toContain(absent);
  });

  it('have the default of what a configuration of an earlier version does not say, and null is not set', () => {
    expect(flatSettings({})).toEqual(flatSettings(defaults));
    expect(flatSettings({ learningRate: null })).not.toHaveProperty('learningRate');
  });
});

describe('how runs differ', () => {
  it('is said of each in words', () => {
    const runs = [{}, { seed: 1 }, { seed: 1, clipNorm: 2, histogramEvery: 7 }].map(flatSettings);
    expect(differences(runs)).toEqual(['seed 0, no clipNorm', 'seed 1, no clipNorm', 'seed 1, clipNorm 2']);
  });

  it('is nothing where they are alike, or where there is one', () => {
    expect(differences([flatSettings({}), flatSettings(defaults)])).toEqual(['', '']);
    expect(differences([flatSettings({ seed: 4 })])).toEqual(['']);
    expect(differences([])).toEqual([]);
  });
});
