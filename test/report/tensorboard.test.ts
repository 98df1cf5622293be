import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { RunFolderError } from '../../src/errors/index.ts';
import { tensorBoardObserver, writeEvaluationEvents } from '../../src/report/index.ts';
import type { FlatSettings } from '../../src/report/run/flat-settings.ts';
import { type EventContent, encodeEvent } from '../../src/report/tensorboard/event.ts';
import { histogramOf } from '../../src/report/tensorboard/histogram.ts';
import { sessionEnd, sessionStart } from '../../src/report/tensorboard/hparams.ts';
import { crc32c, frameRecord, maskedCrc32c } from '../../src/report/tensorboard/record.ts';
import type { StepRecord, StepTiming } from '../../src/train/events.ts';
import { type ReadEvent, readEventFile, readRecords } from './read-events.ts';

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'credence-test-'));
  made.push(folder);
  return folder;
}

function record(step: number): StepRecord {
  const nll = 2 / step;
  return {
    step,
    epoch: step / 4,
    nll,
    kl: 1e4,
    beta: 0.5,
    negativeElbo: nll + 0.1,
    figures: { accuracy: 0.25 },
    learningRate: 1e-3,
  };
}

function timing(step: number): StepTiming {
  return { step, seconds: 0.1, samplesPerSecond: 640 + step, startedAt: 1.7e9 + step, endedAt: 1.7e9 + step + 0.1 };
}

const layers = [
  {
    ...{ layer: 'hidden', shape: [2, 2] },
    ...{ mean: Float32Array.of(-1, 0, 0.5, 1e-13), standardDeviation: Float32Array.of(0.01, 0.02) },
  },
  { layer: 'output', shape: [1], mean: Float32Array.of(3), standardDeviation: Float32Array.of(0.5) },
];

const eventFiles = (folder: string): string[] => readdirSync(folder).filter((name) => name.startsWith('events.'));

/** A run that is killed after step 4 in the middle of a record, and goes on from step 2. */
function killedAndResumed(): string {
  const folder = scratch();
  const first = tensorBoardObserver(folder);
  for (const step of [1, 2, 3, 4]) first.onStep?.({ ...record(step), nll: step > 2 ? 99 : 2 / step }, timing(step));
  void first.onPosterior?.(4, layers);
  const [killed] = eventFiles(folder);
  appendFileSync(join(folder, killed), Buffer.of(24, 0, 0, 0, 0, 0));
  const second = tensorBoardObserver(folder, 2);
  for (const step of [3, 5]) second.onStep?.(record(step), timing(step));
  second.onEvaluation?.(3, { accuracy: 0.5, nll: 1.5, brier: 0.75, ece: 0.25 });
  void second.onPosterior?.(5, layers);
  second.onEnd?.(5, true);
  writeEvaluationEvents(folder, 5, { accuracy: 0.98, nll: 0.0625, brier: 0.03125, ece: 0.0078125 });
  return folder;
}

describe('crc32c', () => {
  it('gives the known answers', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    // RFC 3720, appendix B.4.
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(crc32c(new Uint8Array(0))).toBe(0);
  });

  it('is turned and shifted as the format wants it', () => {
    // (0xe3069283 >>> 15 | 0xe3069283 << 17) + 0xa282ead8, modulo 2^32
    expect(maskedCrc32c(Buffer.from('123456789'))).toBe(0xc78ab0e5);
  });
});

describe('the format', () => {
  it("is byte for byte that of TensorBoard's own writer", () => {
    const moments = { min: -0.5, max: 2, count: 4, sum: 1.75, sumOfSquares: 4.3125 };
    const histogram = { ...moments, limits: [-0.25, 0.125, 2.5], counts: [1, 2, 1] };
    const scalars = [
      { tag: 'train/nll', scalar: 0.1 },
      { tag: 'train/kl', scalar: -12345.678 },
    ];
    const events: [number, number, EventContent][] = [
      [1700000000.5, 0, { fileVersion: 'brain.Event:2' }],
      [1700000000.75, 101, { sessionStart: true }],
      [1700000001.25, 5_000_000_000, { values: scalars }],
      [1700000002, 102, { values: [{ tag: 'posteriorMean/é', histogram }] }],
    ];
    const bytes = Buffer.concat(events.map((event) => frameRecord(encodeEvent(...event))));
    const golden = readFileSync(new URL('golden/events.bin', import.meta.url));
    expect(bytes.toString('hex')).toBe(golden.toString('hex'));
    expect(readRecords(golden)).toHaveLength(4);
  });

  it("is that of the HParams plugin's own writer, for a setting of each kind and for the end", () => {
    const settings: FlatSettings[] = [
      { learningRate: 0.001 },
      { model: 'BNN_é' },
      { 'prior.fanIn': true },
      { 'data.flips': false },
    ];
    const values = [...settings.map((one) => sessionStart(one, 1700000000.5)), sessionEnd(1700000001.5)];
    const bytes = Buffer.concat(values.map((value) => frameRecord(encodeEvent(1700000002, 0, { values: [value] }))));
    const golden = readFileSync(new URL('golden/hparams.bin', import.meta.url));
    expect(bytes.toString('hex')).toBe(golden.toString('hex'));
  });

  it('takes figures beyond float32, and none', () => {
    const values = [1e300, -1e300, Number.NaN, 1e-300].map((scalar, i) => ({ tag: `${i}`, scalar }));
    const folder = scratch();
    const path = join(folder, 'events');
    writeFileSync(path, frameRecord(encodeEvent(1, 1, { values })));
    const expected = { 0: Number.POSITIVE_INFINITY, 1: Number.NEGATIVE_INFINITY, 2: Number.NaN, 3: 0 };
    expect(readEventFile(path)[0].scalars).toEqual(expected);
  });
});

describe('histogramOf', () => {
  it('puts every value below the limit of its bucket and not below the one before', () => {
    const value = fc.oneof(
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      fc.float({ min: -2, max: 2, noNaN: true }),
      fc.constantFrom(0, -0, 1e-12, Math.fround(1e20), 3.4028234663852886e38),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), (values) => {
        const data = Float32Array.from(values);
        const { limits, counts, ...moments } = histogramOf(data);
        expect(counts.reduce((a, b) => a + b, 0)).toBe(data.length);
        expect([counts[0], counts.at(-1)]).not.toContain(0);
        for (const [i, limit] of limits.entries()) {
          const from = i === 0 ? Number.NEGATIVE_INFINITY : limits[i - 1];
          expect(from).toBeLessThan(limit);
          expect(data.filter((x) => x >= from && x < limit)).toHaveLength(counts[i]);
        }
        // adding 0 takes the sign from a zero
        expect(moments.min + 0).toBe(Math.min(...data) + 0);
        expect(moments.max + 0).toBe(Math.max(...data) + 0);
        expect(moments.count).toBe(data.length);
        expect(moments.sum).toBe(data.reduce((a, b) => a + b, 0));
        expect(moments.sumOfSquares).toBe(data.reduce((a, b) => a + b * b, 0));
      }),
      { seed: 4, numRuns: 500 },
    );
  });

  it('leaves out what is not finite, and is well-formed for nothing at all', () => {
    const some = histogramOf(Float32Array.of(Number.NaN, 1, Number.POSITIVE_INFINITY));
    expect(some).toMatchObject({ min: 1, max: 1, count: 1, sum: 1 });
    expect(histogramOf(new Float32Array(0))).toMatchObject({ count: 0, limits: [Number.MAX_VALUE], counts: [0] });
  });
});

describe('tensorBoardObserver', () => {
  it('writes the figures of each step, the histograms, and the start of the run', () => {
    const folder = scratch();
    const observer = tensorBoardObserver(folder);
    observer.onStep?.(record(1), timing(1));
    void observer.onPosterior?.(1, layers);
    observer.onEnd?.(1, true);
    const [name] = eventFiles(folder);
    expect(name).toMatch(/^events\.out\.tfevents\.\d{10}\.[^/]+\.\d+\.\d+$/);
    const [version, start, step, posterior, ...rest] = readEventFile(join(folder, name));
    expect(rest).toEqual([]);
    expect(version).toMatchObject({ step: 0, fileVersion: 'brain.Event:2' });
    expect(start).toMatchObject({ step: 1, sessionStatus: 1 });
    expect(step).toMatchObject({ step: 1, wallTime: timing(1).endedAt });
    const { epoch: _epoch, step: _step, figures, ...others } = { ...record(1), samplesPerSecond: 641 };
    const expected = Object.entries({ ...others, ...figures }).map(([key, value]) => [
      `train/${key}`,
      Math.fround(value),
    ]);
    expect(step.scalars).toEqual(Object.fromEntries(expected));
    expect(posterior.step).toBe(1);
    expect(posterior.histograms).toEqual({
      'posteriorMean/hidden': histogramOf(layers[0].mean),
      'posteriorStandardDeviation/hidden': histogramOf(layers[0].standardDeviation),
      'posteriorMean/output': histogramOf(layers[1].mean),
      'posteriorStandardDeviation/output': histogramOf(layers[1].standardDeviation),
    });
  });

  it('keeps evaluations on the way in its own file, those of the validation part under a name of their own', () => {
    for (const [evaluated, tag] of [
      ['test', 'evaluation/nll'],
      ['validation', 'validation/nll'],
    ] as const) {
      const folder = scratch();
      const observer = tensorBoardObserver(folder, 0, { evaluated });
      for (const step of [2, 4]) {
        observer.onStep?.(record(step), timing(step));
        observer.onEvaluation?.(step, { nll: 1 / step });
      }
      observer.onEnd?.(4, true);
      const names = eventFiles(folder);
      expect(names).toHaveLength(1);
      const told = readEventFile(join(folder, names[0])).filter(({ scalars }) => tag in scalars);
      expect(told.map(({ step, scalars }) => [step, scalars])).toEqual(
        [2, 4].map((step) => [step, { [tag]: 1 / step }]),
      );
    }
  });

  it('says with which settings the run began, and that it ended only where it came to its end', () => {
    for (const isComplete of [true, false]) {
      const folder = scratch();
      tensorBoardObserver(folder, 0, { configuration: { seed: 3 } }).onEnd?.(1, isComplete);
      const events = readEventFile(join(folder, eventFiles(folder)[0]));
      const tags = events.flatMap(({ plugins }) => Object.keys(plugins));
      expect(tags).toEqual(['_hparams_/session_start_info', ...(isComplete ? ['_hparams_/session_end_info'] : [])]);
      expect(events.every(({ plugins }) => Object.values(plugins).every(({ name }) => name === 'hparams'))).toBe(true);
    }
  });

  it('starts a new file when a run goes on, which says from which step', () => {
    const folder = killedAndResumed();
    const names = eventFiles(folder).toSorted();
    expect(names).toHaveLength(3);
    const events: ReadEvent[] = readEventFile(join(folder, names[1]));
    expect(events.slice(0, 3)).toMatchObject([
      { fileVersion: 'brain.Event:2' },
      { step: 3, sessionStatus: 1 },
      { step: 3 },
    ]);
  });

  it('names its file so that it is read last, whatever the clock says', () => {
    const folder = scratch();
    const ahead = Math.floor(Date.now() / 1000) + 5000;
    writeFileSync(join(folder, `events.out.tfevents.${ahead}.host.1.0`), '');
    for (let i = 0; i < 2; i++) tensorBoardObserver(folder).onEnd?.(0, false);
    const seconds = eventFiles(folder).map((name) => Number(name.split('.')[3]));
    expect(seconds.toSorted((a, b) => a - b)).toEqual([ahead, ahead + 1, ahead + 2]);
  });

  it('refuses a folder that cannot be written', () => {
    const folder = join(scratch(), 'none');
    expect(() => tensorBoardObserver(folder)).toThrow(RunFolderError);
    expect(() => {
      try {
        tensorBoardObserver(folder);
      } catch (error) {
        throw new Error((error as Error).message.replaceAll(/'?\S+tfevents[^\s:']+'?/g, 'FILE'));
      }
    }).toThrowErrorMatchingInlineSnapshot(
      `[Error: cannot write FILE: got ENOENT: no such file or directory, open FILE. Free some space, or choose a folder that you may write to]`,
    );
  });
});

const python = process.env['PYTHON'] ?? 'python3';
const hasTensorBoard = spawnSync(python, ['-c', 'import tensorboard, numpy']).status === 0;
const why = hasTensorBoard ? '' : ` (no tensorboard in ${python}: npm run setup, or set PYTHON to one that has it)`;

interface HparamsAnswer {
  readonly experiment: {
    readonly hparamInfos: readonly { readonly name: string; readonly differs?: boolean }[];
    readonly metricInfos: readonly { readonly name: { readonly tag: string } }[];
  };
  readonly groups: {
    readonly sessionGroups: readonly {
      readonly name: string;
      readonly hparams: Readonly<Record<string, unknown>>;
      readonly metricValues: readonly { readonly name: { readonly tag: string }; readonly value: number }[];
      readonly sessions: readonly { readonly status?: string }[];
    }[];
  };
}

describe('TensorBoard itself', () => {
  it.skipIf(!hasTensorBoard && !process.env['CI'])(
    `reads the figures, the histograms and the resumed run${why}`,
    () => {
      const folder = killedAndResumed();
      const metrics = [1, 2, 3, 5].map((step) => {
        const { figures, ...others } = record(step);
        return { ...others, ...figures, samplesPerSecond: timing(step).samplesPerSecond };
      });
      writeFileSync(join(folder, 'metrics.jsonl'), metrics.map((line) => `${JSON.stringify(line)}\n`).join(''));
      const script = new URL('../../scripts/check-tensorboard.py', import.meta.url).pathname;
      const { status, stdout, stderr } = spawnSync(python, [script, folder], { encoding: 'utf8' });
      expect(status, stderr).toBe(0);
      const { scalars, histograms, pages } = JSON.parse(stdout);
      const nll = [1, 2, 3, 5].map((step) => [step, Math.fround(2 / step)]);
      expect(scalars['train/nll'], 'step 4 of the killed run is gone').toEqual(nll);
      expect(pages['train/nll']).toEqual(nll);
      expect(scalars['evaluation/accuracy']).toEqual([
        [3, 0.5],
        [5, Math.fround(0.98)],
      ]);
      expect(histograms['posteriorMean/hidden']).toEqual([{ step: 5, ...histogramOf(layers[0].mean) }]);
      expect(Object.keys(histograms)).toHaveLength(4);

      // and the check itself notices a figure that is not the same
      appendFileSync(join(folder, 'metrics.jsonl'), `${JSON.stringify({ ...metrics[3], nll: 7 })}\n`);
      const again = spawnSync(python, [script, folder], { encoding: 'utf8' });
      expect([again.status, again.stderr.trim()]).toEqual([
        1,
        expect.stringMatching(/^step 5, train\/nll: .* says 7\.0$/m),
      ]);
    },
  );

  it.skipIf(!hasTensorBoard && !process.env['CI'])(`compares runs by what their settings differ in${why}`, () => {
    const logdir = scratch();
    const runs = [
      { name: 'slow', configuration: { learningRate: 0.001, seed: 0 }, accuracy: 0.5, isComplete: true },
      { name: 'fast', configuration: { learningRate: 0.004, clipNorm: 2 }, accuracy: 0.75, isComplete: false },
    ];
    for (const { name, configuration, accuracy, isComplete } of runs) {
      mkdirSync(join(logdir, name));
      const observer = tensorBoardObserver(join(logdir, name), 0, { configuration, evaluated: 'validation' });
      observer.onStep?.(record(1), timing(1));
      observer.onEvaluation?.(1, { accuracy: 0.25 });
      observer.onEnd?.(2, isComplete);
      writeEvaluationEvents(join(logdir, name), 2, { accuracy });
    }
    const script = new URL('read-hparams.py', import.meta.url).pathname;
    const { status, stdout, stderr } = spawnSync(python, [script, logdir], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    const { experiment, groups } = JSON.parse(stdout) as HparamsAnswer;
    const differing = experiment.hparamInfos.filter(({ differs }) => differs);
    expect(differing).toEqual([
      {
        ...{ name: 'learningRate', type: 'DATA_TYPE_FLOAT64', differs: true },
        domainInterval: { minValue: 0.001, maxValue: 0.004 },
      },
    ]);
    // what is set in one of them only has a column too
    expect(experiment.hparamInfos.map(({ name }) => name)).toEqual(expect.arrayContaining(['clipNorm', 'kl.beta']));
    expect(experiment.metricInfos.map(({ name }) => name.tag)).toEqual(
      expect.arrayContaining(['evaluation/accuracy', 'validation/accuracy', 'train/nll']),
    );
    const rows = groups.sessionGroups.map(({ name, hparams, metricValues, sessions }) => ({
      ...{ name, learningRate: hparams['learningRate'], status: sessions[0].status },
      accuracy: metricValues.find((one) => one.name.tag === 'evaluation/accuracy')?.value,
    }));
    expect(rows).toEqual([
      { name: 'fast', learningRate: 0.004, status: undefined, accuracy: 0.75 },
      { name: 'slow', learningRate: 0.001, status: 'STATUS_SUCCESS', accuracy: 0.5 },
    ]);
  });
});
