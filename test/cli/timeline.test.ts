import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isInstalled, mpis } from '../comm/launch-mpi.ts';
import { built, endOf, folder, linesIn, start, writeDigits } from './process.ts';

const data = writeDigits('digits');
const common = ['BNN_conv_flip', '--data', data, '--draws', '1', '--batchSize', '12', '--replicas', '4'];
const steps = 6;
const words = ['train', ...common, '--iteration', `${steps}`, '--checkpointEvery', '4', '--driftCheckEvery', '5'];

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Event {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly args: { readonly step: number; readonly bucket?: number; readonly unit?: number; readonly name?: string };
}

interface Trace {
  readonly traceEvents: readonly Event[];
  readonly otherData: object;
}

function traceIn(path: string): Trace {
  return JSON.parse(readFileSync(join(folder, path), 'utf8')) as Trace;
}

/** Whole nanoseconds. */
const nanoseconds = (microseconds: number): number => Math.round(1000 * microseconds);

/** What the Trace Event Format and a reader of the picture ask for. */
function checkForm({ traceEvents }: Trace, ranks: number): void {
  const spans = traceEvents.filter(({ ph }) => ph === 'X');
  const names = traceEvents.filter(({ ph }) => ph === 'M');
  expect(spans.length + names.length).toBe(traceEvents.length);
  for (let rank = 0; rank < ranks; rank++) {
    const named = names.find(({ name, pid }) => name === 'process_name' && pid === rank);
    expect(named?.args.name).toBe(`rank ${rank} on ${hostname()}`);
    const own = spans.filter(({ pid }) => pid === rank);
    for (const tid of new Set(own.map((span) => span.tid))) {
      const row = own.filter((span) => span.tid === tid);
      expect(names.some((named) => named.name === 'thread_name' && named.pid === rank && named.tid === tid)).toBe(true);
      const open: number[] = [];
      let last = 0;
      for (const { ts, dur, args } of row) {
        expect(ts).toBeGreaterThanOrEqual(last);
        expect(dur).toBeGreaterThanOrEqual(0);
        expect(Number.isInteger(args.step)).toBe(true);
        last = ts;
        const end = nanoseconds(ts) + nanoseconds(dur);
        while (open.length > 0 && open.at(-1)! <= nanoseconds(ts)) open.pop();
        // nested, not crossing
        if (open.length > 0) expect(end).toBeLessThanOrEqual(open.at(-1)!);
        open.push(end);
      }
    }
  }
}

function stepsOf({ traceEvents }: Trace, rank: number, name: string): number[] {
  return traceEvents.filter((event) => event.name === name && event.pid === rank).map(({ args }) => args.step);
}

const all = Array.from({ length: steps }, (_, i) => i + 1);

/** Everything that a rank of two does in six steps. */
function checkContent(trace: Trace): void {
  for (const rank of [0, 1]) {
    for (const name of ['step', 'prepare', 'wait', 'update', 'reduce bucket 0', 'reduce bucket 1']) {
      expect(stepsOf(trace, rank, name), `${name} on rank ${rank}`).toEqual(all);
    }
    for (const name of ['data', 'compute']) {
      const units = trace.traceEvents.filter(
        (event) => event.name === name && event.pid === rank && event.args.step === 3,
      );
      expect(units.map(({ args }) => args.unit)).toEqual(rank === 0 ? [0, 1] : [2, 3]);
    }
    expect(stepsOf(trace, rank, 'drift check')).toEqual([4, 5, 6]);
  }
  expect(stepsOf(trace, 0, 'checkpoint')).toEqual([4, 6]);
  expect(stepsOf(trace, 0, 'evaluation')).toEqual([6]);
  expect(trace.otherData).toEqual({ ranks: 2, missingRanks: [], droppedSpans: [0, 0] });
}

describe('credence train --timeline', () => {
  it('shows what every thread did when', async () => {
    const { code, stderr } = await endOf(start(...words, '--ranks', '2', '--out', 'run', '--timeline', 'run.json'));
    expect(code, stderr).toBe(0);
    checkForm(traceIn('run.json'), 2);
    checkContent(traceIn('run.json'));
  });

  it('is whole after a stop', async () => {
    const long = ['train', ...common, '--iteration', '60000', '--printEvery', '1', '--ranks', '2'];
    const child = start(...long, '--out', 'stopped', '--timeline', 'stopped.json');
    const end = endOf(child);
    await linesIn('stopped/metrics.jsonl', 10, child).then(() => child.kill('SIGINT'));
    const { code, stderr } = await end;
    expect(code).toBe(1);
    const trace = traceIn('stopped.json');
    checkForm(trace, 2);
    const last = Number(/after step (\d+)/.exec(stderr)?.[1]);
    expect(stepsOf(trace, 1, 'step').at(-1)).toBe(last);
  });

  it('says before anything begins that a file cannot be written', async () => {
    const { code, stderr } = await endOf(start(...words, '--out', 'never', '--timeline', 'nowhere/trace.json'));
    expect(code).toBe(1);
    expect(stderr).toMatchInlineSnapshot(`
      "credence: cannot write the timeline nowhere/trace.json: got ENOENT: no such file or directory, open 'nowhere/trace.json.new'. Make its folder first, or choose another one
      "
    `);
    expect(existsSync(join(folder, 'never'))).toBe(false);
  });
});

describe.each(mpis)('credence launch --timeline by $name', (mpi) => {
  const isSkipped = !isInstalled(mpi) && !process.env['CI'];

  it.skipIf(isSkipped)(
    isSkipped ? `skipped: apt-get install ${mpi.package}` : 'shows what every process did when',
    async () => {
      const trace = `${mpi.package}.json`;
      const [launcher, ...flags] = mpi.command;
      const command = [
        ...flags,
        '-n',
        '2',
        process.execPath,
        built,
        ...words,
        '--out',
        mpi.package,
        '--timeline',
        trace,
      ];
      const child = spawn(launcher!, command, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
      const { code, stderr } = await endOf(child);
      expect(code, stderr).toBe(0);
      checkForm(traceIn(trace), 2);
      checkContent(traceIn(trace));
      expect(readdirSync(folder).filter((name) => name.startsWith(`${trace}.`))).toEqual([]);
    },
  );
});
