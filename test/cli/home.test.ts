import { describe, expect, it } from 'vitest';
import { valuesWithHome, withHome, wordWithHome } from '../../src/cli/home.ts';

describe('the home folder', () => {
  const home = () => '/home/ada';

  it('stands for ~/ in front of a path, and nowhere else', () => {
    expect(withHome('~/runs/x', home)).toBe('/home/ada/runs/x');
    for (const word of ['~', './~/x', 'a~/b', '~x', 'runs/~', '', '~~']) expect(withHome(word, home)).toBe(word);
  });

  it('is refused of somebody else, and where there is none', () => {
    expect(() => withHome('~bob/runs', home)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: ~bob/runs: expected a path; only ~/ stands for a folder, your own. Write it out]`,
    );
    expect(() => withHome('~/x', () => null)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: ~/x: got no home folder: HOME is not set. Write the path out, or set HOME]`,
    );
  });

  it('is found behind a flag, where no shell looks, and in files of YAML', () => {
    const own = withHome('~/x');
    expect(own).not.toContain('~');
    expect(wordWithHome('--out=~/x')).toBe(`--out=${own}`);
    expect(`${wordWithHome('--data.path=~')}x`).toBe(`--data.path=${own}`);
    expect(wordWithHome('--target=~/')).not.toContain('~');
    expect(valuesWithHome({ data: { path: '~/x', test: [1, '~/x'] }, seed: 1 })).toEqual({
      data: { path: own, test: [1, own] },
      seed: 1,
    });
  });
});
