import { describe, expect, it } from 'vitest';
import { type Problem, type Setting, type SettingTable, defaults, isSetting, overlay } from '../../src/train/index.ts';
import { settings } from '../../src/train/index.ts';
import { value } from '../../src/train/setting.ts';

/** All rows, with the values that `below` has for them. */
function rowsOf(table: SettingTable, below: object): (readonly [Setting, unknown])[] {
  const values = new Map<string, unknown>(Object.entries(below));
  return Object.entries(table).flatMap(([key, row]) =>
    isSetting(row) ? [[row, values.get(key)] as const] : rowsOf(row, values.get(key) as object),
  );
}

class Refused extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.path.join('.'));
    this.problem = problem;
  }
}

function problemOf(values: unknown): Problem {
  try {
    overlay(defaults, values, (problem) => new Refused(problem));
  } catch (error) {
    if (error instanceof Refused) return error.problem;
    throw error;
  }
  throw new Error('was not refused');
}

describe('the table of settings', () => {
  it('takes its own defaults, and names them where a setting is one of several', () => {
    const rows = rowsOf(settings, defaults);
    expect(rows).toHaveLength(60);
    for (const [row, usual] of rows) {
      expect(usual).toBe(row.usual);
      expect(row.read(usual)).toEqual(usual);
      if (row.choices.length > 0) expect(row.choices).toContain(usual);
    }
  });

  it('takes null exactly where it is the default', () => {
    for (const [row, usual] of rowsOf(settings, defaults))
      expect(row.read(null)).toBe(usual === null ? null : undefined);
  });

  it.each([
    [settings.seed, [0, Number.MAX_SAFE_INTEGER], [-1, 0.5, 2 ** 53, Number.NaN, '3', true]],
    [settings.epochs, [1e-9, 1_000_000], [0, -1, 1_000_001, Number.NaN, Infinity]],
    [settings.initialScale, [-20, 5], [-20.1, 5.1, Number.NaN]],
    [settings.verbose, [true, false], ['true', 1, undefined]],
    [settings.data.test, [0, 0.5, 'a.csv', [3], [0, 2]], [1, -0.1, '', [], [-1], [0.5], ['a'], {}]],
    [settings.data.inputs, [['a'], ['a', 'b']], ['', 'a,,b', [], [''], [1], {}]],
    [settings.stopAt, [[0.1], [0.1, 2]], [0, '', '0.1,', [], [0], [-1], [Infinity], ['a'], {}]],
  ] as const)('%#: bounds', (row: Setting, right: readonly unknown[], wrong: readonly unknown[]) => {
    for (const given of right) expect(row.read(given)).toEqual(given);
    for (const given of wrong) expect(row.read(given)).toBeUndefined();
  });

  it('reads lists from a text with commas', () => {
    expect(settings.data.inputs.read('a, b')).toEqual(['a', 'b']);
    expect(settings.data.test.read('0,7')).toEqual([0, 7]);
    expect(settings.data.test.read('0,7.csv')).toBe('0,7.csv');
  });
});

describe('overlay', () => {
  it('lays groups key by key, and lists as a whole', () => {
    const refuse = (problem: Problem) => new Refused(problem);
    const once = overlay(defaults, { kl: { beta: 0.5 }, data: { test: [1, 2, 3] }, seed: 4 }, refuse);
    const twice = overlay(once, { kl: { schedule: 'linear' }, data: { test: [9] } }, refuse);
    expect(twice).toEqual({
      ...defaults,
      ...{ seed: 4, kl: { ...defaults.kl, beta: 0.5, schedule: 'linear' }, data: { ...defaults.data, test: [9] } },
    });
  });

  it('says what is wrong, and where', () => {
    expect(problemOf({ kl: { beta: 2 } })).toEqual({
      ...{ kind: 'refused', path: ['kl', 'beta'], choices: [], usual: 1 },
      expected: 'a number above 0, at most 1',
    });
    expect(problemOf({ kl: [] })).toEqual({
      ...{ kind: 'refused', path: ['kl'], choices: [] },
      expected: 'a mapping with the keys schedule, beta, per, steps, rise',
    });
    expect(problemOf({ kl: { bete: 2 } })).toMatchObject({
      ...{ kind: 'unknown', path: ['kl', 'bete'], choices: ['schedule', 'beta', 'per', 'steps', 'rise'] },
    });
    expect(problemOf(JSON.parse('{"__proto__": {"seed": 1}}'))).toMatchObject({ kind: 'unknown', path: ['__proto__'] });
    expect(problemOf({ reduce: 'fats' })).toMatchObject({ choices: ['exact', 'fast'], usual: 'exact' });
  });
});

describe('a setting with a check of its own', () => {
  it('takes what the check takes, as a whole', () => {
    const words = { kind: 'text', placeholder: 'NAME', about: 'a network', expected: 'a name or layers' } as const;
    const row = value(null, words, (given) =>
      typeof given === 'object' && given !== null && 'layers' in given ? given : undefined,
    );
    const layers = { layers: [1, 2] };
    expect(row.read(layers)).toBe(layers);
    expect(row.read(null)).toBeNull();
    expect(row.read({})).toBeUndefined();
    expect(row.expected).toBe('a name or layers, or null');
  });
});
