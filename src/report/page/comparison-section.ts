import { comparedCoverageFigure, comparedReliabilityFigure, mostCompared } from '../figures/compared.ts';
import { trainingFigure } from '../figures/training.ts';
import { differences } from '../run/flat-settings.ts';
import { onTheWay } from '../run/on-the-way.ts';
import type { RunReport } from '../run/read.ts';
import type { Album } from './album.ts';

/** Several runs, each with its name and what its settings differ in. */
interface Named {
  readonly run: RunReport;
  readonly name: string;
}

/** "Runs compared": trainings, and how far each run can be trusted, a colour for each run. */
export async function comparisonSection(all: readonly RunReport[], album: Album): Promise<string> {
  if (all.length < 2) return '';
  const runs = named(all.slice(0, mostCompared));
  const parts = [await training(runs, album), await reliability(runs, album), ...(await coverage(runs, album))];
  const drawn = parts.filter((part) => part !== '');
  if (drawn.length === 0) return '';
  const more = all.length - runs.length;
  if (more > 0) drawn.push(`<p class="notes">Of ${all.length} runs the first ${runs.length} are drawn.</p>`);
  return ['<h2>Runs compared</h2>', ...drawn].join('\n');
}

/** What a legend has room for. */
const longest = 90;

/** Runs of one name in several folders, and of the same settings, are told apart by their folder. */
function named(runs: readonly RunReport[]): Named[] {
  const told = differences(runs.map(({ settings }) => settings ?? {}));
  const names = runs.map(({ name, folder }) =>
    runs.some((one) => one.name === name && one.folder !== folder) ? folder : name,
  );
  return runs.map((run, i) => {
    const words = told[i] === '' ? names[i]! : `${names[i]}: ${told[i]}`;
    return { run, name: words.length > longest ? `${words.slice(0, longest - 1)}…` : words };
  });
}

async function training(runs: readonly Named[], album: Album): Promise<string> {
  const curves = runs.flatMap(({ run: { metrics, evaluations }, name }) =>
    metrics.length === 0 ? [] : [{ name, points: metrics, evaluations: onTheWay(evaluations)?.evaluations ?? [] }],
  );
  if (curves.length < 2) return '';
  const caption =
    'Trainings compared: means over stretches of equal length of what the batches told; broken lines with points are ' +
    'evaluations on the way, of the validation part or, where there is none, of the test set.';
  return album.add('compared-training', caption, (options) => trainingFigure(curves, options));
}

async function reliability(runs: readonly Named[], album: Album): Promise<string> {
  const series = runs.flatMap(({ run: { evaluation }, name }) =>
    evaluation?.reliability ? [{ name, values: evaluation.reliability }] : [],
  );
  if (series.length < 2) return '';
  const caption =
    'Calibration compared: how often the most probable class is right, against the probability it was given, with ' +
    'intervals of 95 % (Wilson 1927). Perfect calibration is the dashed line.';
  return album.add('compared-reliability', caption, (options) => comparedReliabilityFigure(series, options));
}

/** A figure for each target that runs have in common. */
async function coverage(runs: readonly Named[], album: Album): Promise<string[]> {
  const targets = new Set(runs.flatMap(({ run }) => run.regression?.targets.map(({ name }) => name) ?? []));
  const parts: string[] = [];
  for (const target of targets) {
    const series = runs.flatMap(({ run: { regression }, name }) => {
      const own = regression?.targets.find((one) => one.name === target);
      if (!regression || !own) return [];
      return [{ name, values: { levels: regression.levels, coverage: own.coverage, count: regression.count } }];
    });
    if (series.length < 2) continue;
    const caption =
      `Coverage of ${target} compared: how many true numbers are within the central interval of each level. Grey: where ` +
      '95 % of calibrated predictions would be, if rows are independent.';
    parts.push(
      await album.add(`compared-coverage-${target}`, caption, (options) => comparedCoverageFigure(series, options)),
    );
  }
  return parts;
}
