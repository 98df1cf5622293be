/** What a printed figure is, is said where it is printed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { classFigures, realFigures } from '../../src/likelihoods/index.ts';
import { recorder } from './request.ts';

const page = 'docs/reading-uncertainty.md';
const text = readFileSync(join(import.meta.dirname, '../..', page), 'utf8');

describe('docs/reading-uncertainty.md', () => {
  it.each(['train', 'evaluate', 'predict', 'report'])('is named by credence %s --help', async (command) => {
    const terminal = recorder();
    expect(await run([command, '--help'], terminal)).toBe(0);
    expect(terminal.out()).toContain(page);
  });

  it('has a row for every figure of an evaluation', () => {
    const rows = text.split('\n').flatMap((line) => /^\| ([^|]+) \|/.exec(line)?.[1] ?? []);
    for (const { title } of [...classFigures, ...realFigures]) {
      // coverage of 50 %, 90 %
      const [first] = title.split(/ of \d/);
      expect(rows.some((row) => row.startsWith(first!))).toBe(true);
    }
  });
});
