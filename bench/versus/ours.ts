/** Our side of the table, through the command line. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeMachine } from '../../src/machine/index.ts';
import { measureTraining, usualSeconds } from '../../src/machine/index.ts';
import { layerOfFlags, resolveConfiguration } from '../../src/cli/configuration/index.ts';
import { describeEngine } from '../../src/compose/index.ts';
import { engineNames } from '../../src/kernels/index.ts';
import { modelNames } from '../../src/models/index.ts';
import { capture } from '../command.ts';
import type { OwnRun } from './rows.ts';

export interface OwnAnswer {
  /** samples/s of training between the start of one step and the end of another; image-draws/s of prediction */
  readonly rate: number;
  readonly peakRssMB: number | null;
}

const main = join(import.meta.dirname, '../../dist/cli/main.js');

/** Why this cannot be measured here; null where it can. */
export async function obstacle(run: OwnRun): Promise<string | null> {
  if (run.kind === 'table') return null;
  if (!modelNames.includes(run.model)) return `there is no model ${run.model}`;
  if (run.precision === 'bf16') {
    try {
      resolveConfiguration([layerOfFlags([{ name: 'precision', value: 'bf16', label: '--precision' }])]);
    } catch (error) {
      return (error as Error).message;
    }
    const sets = describeMachine().instructionSets;
    if (!sets.some((set) => /bf16/.test(set))) return 'this CPU has no instructions for bfloat16';
  }
  if (run.kind === 'prediction' || run.engine === 'auto') return null;
  const engine = engineNames.find((name) => name === run.engine);
  if (engine === undefined) return `there is no engine ${run.engine}`;
  return describeEngine(engine).then(
    () => null,
    (error: Error) => error.message,
  );
}

/** @param core the one to which a measurement on one core is pinned */
export function measureOwn(run: OwnRun, core: number): Promise<OwnAnswer> {
  if (run.kind === 'table') return trainTable(run, core);
  return run.kind === 'training' ? train(run, core) : predict(run, core);
}

/** With start and compilation, over 161,000 steps. */
async function trainTable({ estimator }: OwnRun & { kind: 'table' }, core: number): Promise<OwnAnswer> {
  const program = [process.execPath, ...process.execArgv, join(import.meta.dirname, '../table.ts')];
  const said = await capture(['taskset', '-c', `${core}`, ...program, '--own', estimator, '--epochs', '5000']);
  const { rate } = JSON.parse(said.trim().split('\n').at(-1)!) as { rate: number };
  return { rate, peakRssMB: null };
}

async function train(run: OwnRun & { kind: 'training' }, core: number): Promise<OwnAnswer> {
  const { model, engine, precision, batch, cores, slices } = run;
  const { windowSamplesPerSecond, peakRssMB } = await measureTraining({
    ...{ model, ranks: cores, seconds: usualSeconds(model), core: cores === 1 ? core : null },
    // One replica, as the peers have: two ranks share the batch.
    settings: {
      engine,
      precision,
      batchSize: batch,
      replicas: 1,
      seed: 1,
      ...(slices ? { slices } : {}),
      ...dataOf(model),
    },
  });
  return { rate: windowSamplesPerSecond, peakRssMB };
}

/** Signals are made, which takes longer than to measure: no more than a few batches. The noise is fixed, as the peers' is. */
function dataOf(model: string): Record<string, number> {
  return model.startsWith('GW') ? { 'data.signals': 512, fixed_var: 0.1, evaluateEvery: 0 } : {};
}

const images = 10_000;

/** Draws that take a second or more: those of a few, which hold the start of the process too, are subtracted. */
const counts = (model: string) => (model.includes('_FC_') ? { few: 100, many: 3100 } : { few: 2, many: 22 });

async function predict({ model, precision, cores }: OwnRun, core: number): Promise<OwnAnswer> {
  const folder = mkdtempSync(join(tmpdir(), 'credence-bench-'));
  const run = join(folder, 'run');
  const node = (words: readonly string[]): Promise<string> =>
    capture([...(cores === 1 ? ['taskset', '-c', `${core}`] : []), process.execPath, main, ...words, '--json']);
  try {
    const settings = ['--iteration', '20', '--draws', '1', '--precision', precision, '--out', run];
    await node(['train', model, ...settings]);
    const seconds = async (draws: number): Promise<number> => {
      const started = performance.now();
      await node(['evaluate', run, '--draws', `${draws}`]);
      return (performance.now() - started) / 1e3;
    };
    const { few, many } = counts(model);
    const start = await seconds(few);
    return { rate: (images * (many - few)) / ((await seconds(many)) - start), peakRssMB: null };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
