/** Reports of a run while it is trained. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { credence, endOf, figuresOf, folder, linesIn, start, writeDigits } from './process.ts';

const data = writeDigits('digits');
const small = ['train', 'BNN_FC_flip', '--data', data, '--batchSize', '20', '--draws', '2', '--seed', '7'];
const often = ['--iteration', '1500', '--printEvery', '1', '--checkpointEvery', '20', '--evaluateEvery', '50'];

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('credence report', () => {
  it('of a folder that is written while it reads tells what is there, and the run does not notice', async () => {
    const training = start(...small, ...often, '--out', 'watched');
    const end = endOf(training);
    await linesIn('watched/metrics.jsonl', 20, training);
    const reports = [];
    do reports.push(await endOf(start('report', 'watched', '--out', 'page', '--json')));
    while (training.exitCode === null);
    expect(await end).toMatchObject({ code: 0 });
    const told = reports.map(({ code, stdout, stderr }) => {
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return (JSON.parse(stdout) as { runs: { step: number; problems: string[] }[] }).runs[0]!;
    });
    // it grows, and of what was being written nothing is said but that there is more to come
    const steps = told.map(({ step }) => step);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(steps[0]).toBeGreaterThanOrEqual(20);
    const problems = told
      .flatMap((run) => run.problems)
      .filter((one) => !/^the run is (not finished|being trained)/.test(one));
    const harmless = /^no evaluation is kept|^\S+: 1 of \d+ lines cannot be read and are left out$/;
    expect(problems.filter((one) => !harmless.test(one))).toEqual([]);
    expect(readFileSync(join(folder, 'page/index.html'), 'utf8')).toMatch(/<\/html>\n$/);
    expect(await credence(...small, ...often, '--out', 'alone')).toMatchObject({ code: 0 });
    expect(figuresOf('watched')).toEqual(figuresOf('alone'));
  });
});
