import { extname } from 'node:path';
import type { RunPrediction } from '../../../compose/index.ts';
import { CheckpointError, UsageError, commandOf } from '../../../errors/index.ts';
import type { Predictive } from '../../../likelihoods/index.ts';
import { nameOf } from '../../../models/index.ts';
import {
  type PredictionLabels,
  intervalNames,
  predictionRows,
  predictionsCsv,
  predictionsFigure,
  predictionsNpz,
} from '../../../report/index.ts';
import type { Given } from '../../command-file.ts';
import { display, layerOfFlags, resolveConfiguration } from '../../configuration/index.ts';
import { assertPlaceFor, writeOutput } from '../../output-file.ts';
import { pictureFile, writePicture } from '../../picture-file.ts';
import { renderPredictions } from '../../progress/predictions.ts';
import { readRunConfiguration } from '../../request.ts';
import type { Terminal } from '../../terminal.ts';
import { silentWatch, watchOn } from '../../watch.ts';

interface PredictOptions {
  readonly out?: string;
  readonly quantiles?: string;
  readonly abstain?: string;
  readonly calibration?: string;
  readonly plot?: string;
}

/**
 * What `predict` answers; with --json, exactly this, and the predictions where they are not written to a file. Of examples
 * that are no images, `rows` and `rowDrawsPerSecond` stand in their places.
 */
interface PredictionSummary {
  readonly run: string;
  readonly model: string;
  readonly step: number;
  readonly draws: number;
  readonly seed: number;
  readonly images?: number;
  readonly rows?: number;
  /** names, of numbers */
  readonly targets?: readonly string[];
  /** of the quantiles */
  readonly levels: readonly number[];
  /** draws of an image per second, over all ranks, the start of threads included */
  readonly imageDrawsPerSecond?: number;
  readonly rowDrawsPerSecond?: number;
  /** what a held-out part makes of the predictions; null: nothing */
  readonly calibration: {
    /** share of truths that sets or intervals hold, at least */
    readonly level: number;
    readonly temperature?: number;
    readonly of: string;
    /** examples of it */
    readonly count: number;
  } | null;
  /** the picture; not there unless asked for */
  readonly plot?: string;
  /** the file that holds the predictions; null: none was asked for */
  readonly file: string | null;
  /** files that could not be read, where there are some */
  readonly leftOut?: RunPrediction['leftOut'];
}

type Form = (predictive: Predictive, labels: PredictionLabels, summary: object) => Uint8Array;

/** The forms of a file of predictions, by its ending. */
const forms: Readonly<Partial<Record<string, Form>>> = {
  '.json': (predictive, labels, summary) =>
    encoded(`${JSON.stringify({ ...summary, predictions: predictionRows(predictive, labels) })}\n`),
  '.csv': (predictive, labels) => encoded(predictionsCsv(predictive, labels)),
  '.npz': predictionsNpz,
};

/** `credence predict RUN INPUT...` */
export async function predict({ words, options, flags, json }: Given, terminal: Terminal): Promise<number> {
  const [run = '', ...inputs] = words;
  const {
    out = null,
    quantiles = null,
    abstain = null,
    calibration: calibrate = null,
    plot = null,
  } = options<PredictOptions>();
  const levels = levelsOf(quantiles);
  const level = levelOf(abstain, calibrate);
  const picture = plot === null ? null : await pictureFile(plot);
  const form = out === null ? null : formOf(out);
  const configuration = resolveConfiguration([await readRunConfiguration(run), layerOfFlags(flags)]);
  const { launchedAs, predictWithRun } = await import('../../../compose/index.ts');
  const isFirst = (launchedAs()?.rank ?? 0) === 0;
  const watch = isFirst ? watchOn(terminal, { json }) : silentWatch;
  try {
    const prediction = await predictWithRun(
      run,
      inputs,
      configuration,
      { quantiles: levels, level, isPlotted: picture !== null },
      watch,
    );
    watch.end();
    if (!isFirst) return 0;
    const { predictive, calibrated, calibration, plotted, info, step, seconds, leftOut } = prediction;
    if (abstain !== null && calibrated === null) throw uncalibrated(run, step);
    const { draws, count } = predictive;
    const labels = labelsOf(prediction, inputs);
    const { example, targets } = labels;
    const summary: PredictionSummary = {
      ...{ run, model: nameOf(configuration.model), step, draws, seed: configuration.seed, [`${example}s`]: count },
      ...(info.targets.kind !== 'classes' && targets !== null && { targets }),
      levels,
      [`${example}DrawsPerSecond`]: (count * draws) / seconds,
      calibration: calibrated &&
        calibration && {
          level: calibrated.level,
          ...(calibration.classes && { temperature: calibration.classes.temperature }),
          ...{ of: calibration.of, count: calibration.count },
        },
      ...(picture && { plot: picture.path }),
      file: out,
      ...(leftOut.length > 0 && { leftOut }),
    };
    if (out !== null && form) writeOutput(out, form(predictive, labels, summary));
    if (picture !== null && plotted !== null) {
      await writePicture(picture, await predictionsFigure({ predictive: plotted, labels }));
    }
    const predictions = out === null ? { predictions: predictionRows(predictive, labels) } : {};
    terminal.stdout.write(
      json
        ? `${JSON.stringify({ ...summary, ...predictions })}\n`
        : renderPredictions({ ...summary, calibration: wordsOf(level, prediction, run) }, predictive, labels),
    );
    return 0;
  } finally {
    watch.end();
  }
}

/** What was made of the predictions, for people; or what would be, and how. */
function wordsOf(level: number | null, { calibrated, calibration, step }: RunPrediction, run: string): string | null {
  if (level === null) return null;
  if (calibrated === null || calibration === null) return `no verdicts: ${uncalibrated(run, step).message}`;
  const share = `${Number((100 * level).toPrecision(6))} %`;
  const { of, count, classes } = calibration;
  const by = `by ${count} held-out examples (${of})`;
  return classes === null
    ? `calibrated ${by}: from ${intervalNames(level).join(' to ')} are ${share} of true numbers`
    : `calibrated ${by}: temperature ${classes.temperature.toFixed(3)}; verdicts leave out the truth once in ${Number((1 / (1 - level)).toPrecision(3))} at most`;
}

function uncalibrated(run: string, step: number): CheckpointError {
  return new CheckpointError(`step ${step} of ${run} has no calibration`, {
    remedy: `Make one, where examples are held out: ${commandOf('evaluate', [run])}`,
  });
}

function levelOf(abstain: string | null, calibration: string | null): number | null {
  if (calibration !== null && calibration !== 'off') {
    throw new UsageError('--calibration', { got: display(calibration), expected: 'off, or nothing' });
  }
  if (abstain === null) return calibration === 'off' ? null : 0.9;
  const share = abstain.trim() === '' ? Number.NaN : Number(abstain);
  if (!(share > 0 && share < 1)) {
    throw new UsageError('--abstain', { got: display(abstain), expected: 'a share above 0 and below 1, such as 0.1' });
  }
  if (calibration === null) return 1 - share;
  throw new UsageError('--abstain needs the calibration that --calibration off leaves out', {
    remedy: 'Give one of the two',
  });
}

function labelsOf({ names, info, calibrated }: RunPrediction, inputs: readonly string[]): PredictionLabels {
  return {
    example: info.input.dtype === 'u8' ? 'image' : 'row',
    names,
    targets: info.schema === null ? null : info.targets.names,
    calibrated,
    areNamed: inputs.length > 1 || names.some((name, n) => name !== `${inputs[0]}[${n}]`),
  };
}

function levelsOf(text: string | null): number[] {
  if (text === null) return [0.05, 0.5, 0.95];
  if (text === 'none') return [];
  const levels = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (levels.every((level) => level >= 0 && level <= 1)) return levels;
  throw new UsageError('--quantiles', {
    got: display(text),
    expected: 'levels from 0 to 1, such as 0.05,0.5,0.95, or none',
  });
}

function formOf(out: string) {
  const form = forms[extname(out).toLowerCase()];
  if (form) {
    assertPlaceFor(out, '--out');
    return form;
  }
  throw new UsageError('--out', {
    got: display(out, 300),
    expected: `a file that ends in ${Object.keys(forms).join(', ')}`,
  });
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
