import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CheckpointError, RunFolderError } from '../../src/errors/index.ts';
import { CheckpointStore, loadLatest, parametersSha256 } from '../../src/run/checkpoint/index.ts';
import type { Checkpoint } from '../../src/train/index.ts';
import { nodeFileSystem } from '../../src/run/files/file-system.ts';
import { MetricsFile, TimingFile, writeTrainingLog } from '../../src/run/folder/index.ts';
import { errorOf, faultyDisk, scratchFolders } from './disk.ts';

const scratch = scratchFolders();

function checkpoint(step: number, elements = 50): Checkpoint {
  const tensor = { name: 'w', shape: [elements], data: new Float32Array(elements).fill(step) };
  return { step, model: 'm', parameters: [tensor], optimizer: [tensor], state: {}, score: 100 - step };
}

const expected = { model: 'm', parameters: checkpoint(0).parameters };

/** A run whose best checkpoint is step 10 and whose last is step 20. */
function runWithTwo(): string {
  const run = scratch();
  const store = new CheckpointStore(run, { keep: 1 });
  store.write({ ...checkpoint(10), score: 0 });
  store.write(checkpoint(20));
  return run;
}

const visible = (run: string): string[] => readdirSync(join(run, 'checkpoints')).toSorted();

/** Saves step 30 (or 20 anew) on a failing disk and checks what the run folder is then worth. */
function saveOnFaultyDisk(step: number, after: number, code: string, lasting: boolean): 'saved' | 'failed' {
  const run = runWithTwo();
  const disk = faultyDisk(null);
  const warnings: string[] = [];
  // The store is opened while the disk is well, then the fault is armed.
  let files = disk.files;
  const switched = new Proxy(nodeFileSystem, { get: (_, call) => Reflect.get(files, call) });
  const store = new CheckpointStore(run, { keep: 1, files: switched, onWarning: (line) => warnings.push(line) });
  files = faultyDisk({ after, code, lasting }).files;
  const error = errorOf(() => store.write(checkpoint(step)));
  const outcome = error === null ? 'saved' : 'failed';
  const context = `step ${step}, ${code} after ${after}${lasting ? ', lasting' : ''}`;
  expect(error === null || (error instanceof CheckpointError && error.message.includes(code)), context).toBe(true);
  expect(visible(run), context).toContain('step-10');
  expect(
    visible(run).filter((name) => name.endsWith('.new')),
    context,
  ).toEqual([]);
  // As a run starts that goes on: what is left over is cleared away, a half replaced checkpoint put back.
  const next = new CheckpointStore(run, { keep: 1 });
  expect(
    visible(run).filter((name) => name.startsWith('.')),
    context,
  ).toEqual([]);
  const found = loadLatest(run, expected, { onWarning: (line) => expect.fail(`${context}: ${line}`) });
  expect(outcome === 'saved' ? [step] : [20, step], context).toContain(found?.step);
  expect(found?.parameters[0].data, context).toEqual(new Float32Array(50).fill(found?.step ?? -1));
  next.write(checkpoint(40));
  expect(visible(run), context).toEqual(['step-10', 'step-40']);
  return outcome;
}

describe('a disk that fails while a checkpoint is written', () => {
  for (const step of [30, 20]) {
    it(`leaves the earlier ones usable wherever it fails (${step === 20 ? 'replacing one' : 'a new one'})`, () => {
      const run = runWithTwo();
      const counting = faultyDisk(null);
      const store = new CheckpointStore(run, { keep: 1, files: counting.files });
      const opened = counting.calls();
      store.write(checkpoint(step));
      const calls = counting.calls() - opened;
      expect(calls).toBeGreaterThan(20);
      const outcomes = { saved: 0, failed: 0 };
      for (let after = 0; after < calls; after++) {
        for (const code of ['ENOSPC', 'EIO', 'EACCES']) outcomes[saveOnFaultyDisk(step, after, code, false)]++;
        outcomes[saveOnFaultyDisk(step, after, 'ENOSPC', true)]++;
      }
      expect(outcomes.failed).toBeGreaterThan(4 * 18);
      expect(saveOnFaultyDisk(step, calls, 'ENOSPC', false)).toBe('saved');
    });
  }

  it('says what happened and what to do', () => {
    const run = runWithTwo();
    const opened = faultyDisk(null);
    new CheckpointStore(run, { keep: 1, files: opened.files });
    const messages = ['ENOSPC', 'EIO', 'EACCES'].map((code) => {
      const { files } = faultyDisk({ after: opened.calls() + 4, code, lasting: true });
      const store = new CheckpointStore(run, { keep: 1, files });
      return String(errorOf(() => store.write(checkpoint(30)))).replaceAll(run, 'RUN');
    });
    expect(messages).toMatchInlineSnapshot(`
      [
        "CheckpointError: cannot write checkpoint RUN/checkpoints/step-30: got ENOSPC: no space left on device, write. Free some space on that disk; earlier checkpoints are untouched",
        "CheckpointError: cannot write checkpoint RUN/checkpoints/step-30: got EIO: i/o error, write. Check the disk; earlier checkpoints are untouched",
        "CheckpointError: cannot write checkpoint RUN/checkpoints/step-30: got EACCES: permission denied, write. Choose a folder that you may write to; earlier checkpoints are untouched",
      ]
    `);
  });

  it('cannot be opened where the folder cannot be made', () => {
    const run = scratch();
    const { files } = faultyDisk({ after: 0, code: 'EACCES', lasting: true });
    const error = errorOf(() => new CheckpointStore(run, { keep: 1, files }));
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as Error).message.replaceAll(run, 'RUN')).toMatchInlineSnapshot(
      `"cannot use RUN/checkpoints for checkpoints: got EACCES: permission denied, mkdir. Choose a folder that you may write to"`,
    );
  });

  it('goes on over short writes', () => {
    const run = scratch();
    const files = {
      ...nodeFileSystem,
      writeSync: (file: number, bytes: Uint8Array, offset: number, length: number) =>
        nodeFileSystem.writeSync(file, bytes, offset, Math.min(length, 7)),
    };
    new CheckpointStore(run, { keep: 1, files }).write(checkpoint(3));
    expect(loadLatest(run, expected)?.parameters[0].data).toEqual(new Float32Array(50).fill(3));
  });

  it('warns where an old checkpoint cannot be removed, and goes on', () => {
    const run = runWithTwo();
    const warnings: string[] = [];
    const files = {
      ...nodeFileSystem,
      rmSync: (path: string, options: { recursive: boolean; force: boolean }) => {
        if (path.endsWith('.removed')) throw new Error('EBUSY: resource busy');
        nodeFileSystem.rmSync(path, options);
      },
    };
    new CheckpointStore(run, { keep: 1, files, onWarning: (line) => warnings.push(line) }).write(checkpoint(30));
    expect(warnings).toMatchInlineSnapshot(`
      [
        "cannot remove the old checkpoint of step 20: EBUSY: resource busy",
      ]
    `);
    expect(loadLatest(run, expected)?.step).toBe(30);
  });
});

describe('a disk that fails under the other files', () => {
  it('is a RunFolderError at every call, and never a half replaced file', () => {
    const timing = { step: 1, seconds: 0.5, samplesPerSecond: 128, startedAt: 10, endedAt: 10.5 };
    const figures = {
      epoch: 0.1,
      nll: 2,
      kl: 9,
      beta: 1,
      negativeElbo: 3,
      figures: { accuracy: 0.1 },
      learningRate: 0.1,
    };
    const work = (run: string, files: typeof nodeFileSystem): void => {
      const metrics = new MetricsFile(run, 1, files);
      metrics.onStep({ step: 2, ...figures }, timing);
      metrics.onEnd();
      const times = new TimingFile(run, 1, files);
      times.onTiming(timing);
      times.onEnd();
      writeTrainingLog(run, expected.parameters, files);
    };
    const prepare = (): string => {
      const run = scratch();
      const metrics = new MetricsFile(run);
      for (const step of [1, 2, 3]) metrics.onStep({ step, ...figures }, timing);
      metrics.onEnd();
      return run;
    };
    const counting = faultyDisk(null);
    work(prepare(), counting.files);
    for (let after = 0; after < counting.calls(); after++) {
      const run = prepare();
      expect(() => work(run, faultyDisk({ after, code: 'ENOSPC', lasting: false }).files)).toThrow(RunFolderError);
      const metrics = nodeFileSystem.readFileSync(join(run, 'metrics.jsonl'));
      expect(JSON.parse(Buffer.from(metrics).toString().split('\n', 1)[0])).toMatchObject({ step: 1 });
    }
  });
});

function mounting(program: 'mount' | 'umount', ...args: string[]): void {
  execFileSync(program, args, { stdio: 'pipe' });
}

/** Null where this machine lets us mount one. */
function tmpfsProblem(): string | null {
  if (process.platform !== 'linux') return 'only Linux has tmpfs';
  if (process.getuid?.() !== 0) return 'mounting a tmpfs needs root';
  const folder = scratch();
  try {
    mounting('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder);
    mounting('umount', folder);
    return null;
  } catch {
    return 'this machine does not allow a tmpfs to be mounted';
  }
}

const problem = tmpfsProblem();

describe('a disk of 1 MB', () => {
  it.skipIf(problem !== null)(`keeps the earlier checkpoint when it is full${problem ? ` (${problem})` : ''}`, () => {
    const run = scratch();
    mounting('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', run);
    try {
      const elements = 60_000; // 240 kB, twice per checkpoint: the third does not fit
      const wanted = { model: 'm', parameters: checkpoint(0, elements).parameters };
      const store = new CheckpointStore(run, { keep: 5 });
      store.write(checkpoint(1, elements));
      store.write(checkpoint(2, elements));
      expect(() => store.write(checkpoint(3, elements))).toThrow(/ENOSPC/);
      expect(visible(run)).toEqual(['step-1', 'step-2']);
      const found = loadLatest(run, wanted);
      expect(found?.step).toBe(2);
      expect(parametersSha256(found?.parameters ?? [])).toBe(parametersSha256(checkpoint(2, elements).parameters));
      const timing = new TimingFile(run);
      expect(() => {
        for (let step = 1; step < 10_000; step++) {
          timing.onTiming({ step, seconds: 1, samplesPerSecond: 1, startedAt: step, endedAt: step });
        }
      }).toThrow(RunFolderError);
      timing.onEnd();
    } finally {
      mounting('umount', run);
    }
  });
});
