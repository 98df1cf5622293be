/** `report/index.html`: runs, sweeps and measured scaling in one page. */
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { RunFolderError, describeFailure } from '../errors/index.ts';
import { nameOf } from '../models/index.ts';
import { writeRunFile } from '../run/index.ts';
import { writeFigures } from './figure-files.ts';
import { Album } from './page/album.ts';
import { comparisonSection } from './page/comparison-section.ts';
import { figureText, figuresOf, grouped, headOf } from './page/figures.ts';
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
  /** files of each figure in `figures/` of the folder; none unless asked for */
  readonly hasFigures?: boolean;
}

export interface WrittenReport {
  /** the page */
  readonly path: string;
  /** of the figures */
  readonly figures: readonly string[];
  readonly speedUps: readonly SpeedUp[];
}

/** @throws RunFolderError if the folder or the page cannot be written */
export async function writeReport(folder: string, input: ReportInput): Promise<WrittenReport> {
  const { title, runs, scaling, missing, hasFigures = false } = input;
  const album = new Album(hasFigures);
  const speedUps = speedUpsOf(seriesOf(runs), scaling, input);
  const sections = [
    list(missing, 'problems'),
    runs.length > 1 ? overview(runs) : '',
    await speedUpSection(speedUps, input, album),
    await comparisonSection(runs, album),
  ];
  const isAlone = sections.every((section) => section === '') && runs.length === 1;
  for (const run of runs) sections.push(await runSection(run, isAlone, runs.length > 1 ? album.of(run.name) : album));
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw notWritable(folder, cause);
  }
  try {
    writeRunFile(folder, 'index.html', page(title, sections.join('\n')));
    const figures = await writeFigures(folder, album.figures);
    return { path: join(folder, 'index.html'), figures, speedUps };
  } catch (error) {
    throw notWritable(folder, (error as Error).cause);
  }
}

function notWritable(folder: string, cause: unknown): RunFolderError {
  const { got } = describeFailure(cause);
  return new RunFolderError(`the report cannot be written into ${folder}`, {
    ...{ got, cause },
    remedy: 'Give another folder with --out',
  });
}

/** How runs went, in one table; their last figures in one for each kind of likelihood, which share no more than a few. */
function overview(runs: readonly RunReport[]): string {
  const rows = runs.map(({ name, configuration, timing, starts, metrics }) => [
    name,
    configuration ? nameOf(configuration.model) : '?',
    configuration ? basename(sourceOf(configuration.data)) : '?',
    `${starts.at(-1)?.ranks ?? '?'}`,
    grouped(metrics.at(-1)?.step ?? 0),
    timing ? Math.round(timing.samplesPerSecond).toLocaleString('en-US') : '',
    timing ? timing.seconds.toFixed(1) : '',
  ]);
  const head = ['run', 'network', 'data', 'ranks', 'steps', 'samples/s', 'seconds'];
  return [`<h2>${escape('All runs')}</h2>`, table(head, rows), ...figureTables(runs)].join('\n');
}

function figureTables(runs: readonly RunReport[]): string[] {
  const evaluated = runs.flatMap(({ name, evaluation: last }) => {
    return last === null ? [] : [{ name, last, kind: Object.keys(last.figures).toSorted().join() }];
  });
  return [...new Set(evaluated.map(({ kind }) => kind))].map((kind) => {
    const same = evaluated.filter((one) => one.kind === kind);
    // those of single targets stand in the section of their run
    const shown = figuresOf(same.map(({ last }) => last)).filter(({ name }) => !name.includes('.'));
    const rows = same.map(({ name, last: { images, draws, figures } }) => [
      ...[name, grouped(images), `${draws}`],
      ...shown.map((figure) => figureText(figure.name, figures[figure.name], images)),
    ]);
    return table(['evaluation', 'examples', 'draws', ...shown.map(headOf)], rows);
  });
}
