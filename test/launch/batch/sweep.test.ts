import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Sweep, isSweep, readSweep, sweepFile, writeSweep } from '../../../src/launch/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'credence-sweep-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sweep: Sweep = {
  scheduler: 'slurm',
  command: ['train', 'mnist', '--replicas', '{ranks}'],
  created: '2026-11-25T03:00:00.000Z',
  runs: [1, 2].map((nodes) => ({
    folder: `nodes-${nodes}`,
    nodes,
    ranksPerNode: 2,
    threadsPerRank: 1,
    ranks: 2 * nodes,
    script: `nodes-${nodes}.sh`,
    log: `nodes-${nodes}.log`,
    job: nodes === 1 ? '17' : null,
  })),
};

const said = (text: string): string => {
  writeFileSync(join(folder, sweepFile), text);
  try {
    readSweep(folder);
  } catch (error) {
    return (error as Error).message.replaceAll(folder, 'DIR');
  }
  return 'nothing';
};

describe('the file of a sweep', () => {
  it('is read as it was written, and tells a sweep from a run', () => {
    expect(isSweep(folder)).toBe(false);
    writeSweep(folder, sweep);
    expect(isSweep(folder)).toBe(true);
    expect(readSweep(folder)).toEqual(sweep);
  });

  it('is refused when it is not what it says', () => {
    expect(said('{')).toMatch(/^DIR\/sweep\.json cannot be read: got .+ Give the folder that credence submit/);
    const run = { ...sweep.runs[0], ranks: 0 };
    expect(said(JSON.stringify({ ...sweep, runs: [run] }))).toMatchInlineSnapshot(
      `"DIR/sweep.json describes no sweep: got runs.0.ranks: Too small: expected number to be >0. Give the folder that credence submit --nodes COUNT,COUNT,... has made"`,
    );
    expect(said(JSON.stringify({ ...sweep, runs: [] }))).toMatchInlineSnapshot(
      `"DIR/sweep.json describes no sweep: got runs: Too small: expected array to have >=1 items. Give the folder that credence submit --nodes COUNT,COUNT,... has made"`,
    );
  });
});
