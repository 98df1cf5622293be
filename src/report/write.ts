/** `report/index.html`: runs, sweeps and measured scaling in one page. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { RunFolderError } from '../errors/index.ts';
import { nameOf } from '../models/index.ts';
import { writeRunFile } from '../run/index.ts';
import { figureText, figuresOf, headOf } from './page/figures.ts';
import { escape, list, page, table } from './page/html.ts';
import { runSection } from './page/run-section.ts';
import { type SpeedUp, type SpeedUpOptions, speedUpSection, speedUpsOf } from './page/speed-up-section.ts';
import { type RunReport, sourceOf } from './run/read.ts';
import { seriesOf } from './run/speed-up.ts';
import type { MeasuredScaling } from './scaling/index.ts';

export interface ReportInput extends SpeedUpOptions {
  readonly title: string;
  readonly runs: readonly RunReport[];
  readonly scaling: readonly MeasuredScaling[];
  /** what should be here and is not: runs of a sweep that have not begun */
  readonly missing: readonly string[];
}

export interface WrittenReport {
  /** the page */
  readonly path: string;
  readonly speedUps: readonly SpeedUp[];
}

/** @throws RunFolderError if the folder or the page cannot be written */
export async function writeReport(folder: string, input: ReportInput): Promise<WrittenReport> {
  const { title, runs, scaling, missing } = input;
  const speedUps = speedUpsOf(seriesOf(runs), scaling, input);
  const sections = [
    list(missing, 'problems'),
    runs.length > 1 ? overview(runs) : '',
    await speedUpSection(speedUps, input),
  ];
  for (const run of runs) sections.push(await runSection(run));
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new RunFolderError(`cannot make ${folder}`, { got: (cause as Error).message, cause });
  }
  writeRunFile(folder, 'index.html', page(title, sections.join('\n')));
  return { path: join(folder, 'index.html'), speedUps };
}

function overview(runs: readonly RunReport[]): string {
  const shown = figuresOf(runs.flatMap(({ evaluations }) => evaluations.slice(-1)));
  const rows = runs.map(({ name, configuration, timing, starts, evaluations, metrics }) => {
    const evaluation = evaluations.at(-1);
    return [
      name,
      configuration ? nameOf(configuration.model) : '?',
      configuration ? sourceOf(configuration.data) : '?',
      `${starts.at(-1)?.ranks ?? '?'}`,
      `${metrics.at(-1)?.step ?? 0}`,
      timing ? Math.round(timing.samplesPerSecond).toLocaleString('en-US') : '',
      timing ? timing.seconds.toFixed(1) : '',
      ...shown.map(({ name }) => (evaluation ? figureText(name, evaluation.figures[name], evaluation.images) : '')),
    ];
  });
  const head = ['run', 'network', 'data', 'ranks', 'steps', 'samples/s', 'seconds', ...shown.map(headOf)];
  return `<h2>${escape('All runs')}</h2>${table(head, rows)}`;
}
