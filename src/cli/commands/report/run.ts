import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../../../errors/index.ts';
import { isSweep, readSweep } from '../../../launch/index.ts';
import { classFigures, realFigures } from '../../../likelihoods/index.ts';
import { nameOf } from '../../../models/index.ts';
import {
  type RunReport,
  assertDrawing,
  machines,
  problemsOf,
  readMeasuredScaling,
  readRun,
  writeReport,
} from '../../../report/index.ts';
import type { Given } from '../../command-file.ts';
import { elementsOfModel } from '../../elements.ts';
import type { Terminal } from '../../terminal.ts';
import { oneOf } from '../../values.ts';

interface ReportOptions {
  readonly out?: string;
  readonly scaling?: string;
  readonly machine: string;
  readonly figures?: boolean;
}

/** Of a run that was not evaluated: what its likelihood would tell. */
function noFigures(kind: 'classes' | 'reals' | 'counts' = 'classes'): Record<string, null> {
  const figures = kind === 'classes' ? classFigures : realFigures;
  return Object.fromEntries(figures.map(({ name }) => [name, null]));
}

/** What `report --json` says of a run. */
function summaryOf(run: RunReport) {
  const { folder, configuration, starts, metrics, timing, evaluation } = run;
  return {
    run: folder,
    model: configuration ? nameOf(configuration.model) : null,
    ranks: starts.at(-1)?.ranks ?? null,
    step: metrics.at(-1)?.step ?? 0,
    seconds: timing?.seconds ?? null,
    samplesPerSecond: timing?.samplesPerSecond ?? null,
    ...(evaluation?.figures ?? noFigures(starts.at(-1)?.targets?.kind)),
    draws: evaluation?.draws ?? null,
    problems: problemsOf(run),
  };
}

/** `credence report RUN...` */
export async function report({ words: folders, json, ...given }: Given, { stdout }: Terminal): Promise<number> {
  const options = given.options<ReportOptions>();
  const machine = oneOf('machine', options.machine, Object.keys(machines));
  const { figures: hasFigures = false } = options;
  assertDrawing(hasFigures ? '--figures' : 'a report', hasFigures ? 'png' : 'svg');
  const scaling = options.scaling === undefined ? [] : [readMeasuredScaling(options.scaling)];
  const missing: string[] = [];
  const runs = [...new Set(folders.flatMap((folder) => runFoldersIn(folder, missing)))].map(readRun);
  const written = await writeReport(outOf(folders, options.out), {
    title: folders.length === 1 ? `Report: ${basename(resolve(folders[0]!))}` : `Report of ${runs.length} runs`,
    machine: { name: machine, value: machines[machine]! },
    elementsOf: elementsOfModel,
    runs,
    scaling,
    missing,
    hasFigures,
  });
  const summaries = runs.map(summaryOf);
  if (json) {
    const speedUp = written.speedUps.map(({ name, scaling: kind, epochSeconds, measured, fit }) => ({
      ...{
        name,
        scaling: kind,
        epochSeconds,
        measured,
        simulated: fit?.predictions ?? [],
        spread: fit?.spread ?? null,
      },
    }));
    stdout.write(
      `${JSON.stringify({ report: written.path, runs: summaries, speedUp, missing, ...(hasFigures && { figures: written.figures }) })}\n`,
    );
  } else {
    const problems = summaries.flatMap((run) => run.problems.map((problem) => `${run.run}: ${problem}`));
    stdout.write(
      [
        ...[...missing, ...problems].map((line) => `  ${line}`),
        written.path,
        ...(hasFigures ? [join(dirname(written.path), 'figures')] : []),
        '',
      ].join('\n'),
    );
  }
  return 0;
}

/** The run folders that a folder stands for: those of a sweep that are there, or itself. */
function runFoldersIn(folder: string, missing: string[]): string[] {
  if (!isSweep(folder)) return [resolve(folder) === resolve('.') ? '.' : folder];
  const present: string[] = [];
  for (const { folder: name, nodes, ranks, job } of readSweep(folder).runs) {
    const run = join(folder, name);
    if (existsSync(join(run, 'config.yaml'))) present.push(run);
    else {
      const where = job === null ? 'its job was not submitted from here' : `its job is ${job}`;
      missing.push(`${run} (${nodes} nodes, ${ranks} ranks) has not begun; ${where}`);
    }
  }
  if (present.length > 0) return present;
  throw new UsageError(`no run of the sweep ${folder} has begun`, {
    got: missing.join('; '),
    remedy: 'Wait for its jobs',
  });
}

function outOf(folders: readonly string[], out: string | undefined): string {
  if (out !== undefined) return out;
  if (folders.length === 1) return join(folders[0]!, 'report');
  throw new UsageError('several runs, and no folder for their report', { remedy: 'Give one with --out DIR' });
}
