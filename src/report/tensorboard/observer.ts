/** What TensorBoard shows of a run: its settings, the figures of its steps, the posterior's histograms, evaluations. */
import type {
  EvaluationFigures,
  PosteriorSnapshot,
  StepRecord,
  StepTiming,
  TrainingObserver,
} from '../../train/index.ts';
import { flatSettings } from '../run/flat-settings.ts';
import type { SummaryValue } from './event.ts';
import { EventFile } from './event-file.ts';
import { histogramOf } from './histogram.ts';
import { sessionEnd, sessionStart } from './hparams.ts';

export interface TensorBoardOptions {
  /** what the HPARAMS tab compares runs by: the run's configuration; nothing unless given */
  readonly configuration?: object;
  /** of what the evaluations on the way are; unless given the test set */
  readonly evaluated?: Part;
}

/** What a run holds out: its figures stand under `evaluation/`, or under `validation/`. */
type Part = 'test' | 'validation';

const groups = { test: 'evaluation', validation: 'validation' } as const;

/**
 * Writes a new event file into the run folder. Its start makes TensorBoard forget what the files of a run that was killed
 * say of later steps than the checkpoint from which this one goes on.
 * @param resumedFrom the step of that checkpoint; 0 for a new run
 * @throws RunFolderError, here and while the run goes on, if the file cannot be written
 */
export function tensorBoardObserver(
  folder: string,
  resumedFrom = 0,
  { configuration, evaluated = 'test' }: TensorBoardOptions = {},
): TrainingObserver {
  const file = new EventFile(folder);
  file.append(now(), resumedFrom + 1, { sessionStart: true });
  if (configuration) file.append(now(), 0, { values: [sessionStart(flatSettings(configuration), now())] });
  return {
    onStep(record: StepRecord, timing: StepTiming): void {
      file.append(timing.endedAt, record.step, { values: stepValues(record, timing) });
    },
    onPosterior(step: number, layers: readonly PosteriorSnapshot[]): void {
      const values = layers.flatMap(({ layer, mean, standardDeviation }): SummaryValue[] => [
        { tag: `posteriorMean/${layer}`, histogram: histogramOf(mean) },
        { tag: `posteriorStandardDeviation/${layer}`, histogram: histogramOf(standardDeviation) },
      ]);
      file.append(now(), step, { values });
    },
    // into this file: once there is a later one, some versions of TensorBoard read no more of it
    onEvaluation(step: number, quality: EvaluationFigures): void {
      file.append(now(), step, { values: grouped(groups[evaluated], quality) });
    },
    onEnd(_step: number, isComplete: boolean): void {
      if (configuration && isComplete) file.append(now(), 0, { values: [sessionEnd(now())] });
      file.close();
    },
  };
}

/**
 * Adds the figures of an evaluation (`evaluation/accuracy`, ...) to a run's event files, in a file of its own.
 * @param step the step of the checkpoint that was evaluated
 * @throws RunFolderError if the file cannot be written
 */
export function writeEvaluationEvents(folder: string, step: number, quality: EvaluationFigures): void {
  const file = new EventFile(folder);
  try {
    file.append(now(), step, { values: grouped(groups.test, quality) });
  } finally {
    file.close();
  }
}

/** Seconds since the epoch. */
function now(): number {
  return Date.now() / 1000;
}

function stepValues(record: StepRecord, { samplesPerSecond }: StepTiming): SummaryValue[] {
  const { nll, kl, beta, negativeElbo, figures, learningRate } = record;
  return grouped('train', { nll, kl, beta, negativeElbo, ...figures, learningRate, samplesPerSecond });
}

function grouped(group: string, figures: Readonly<Record<string, number>>): SummaryValue[] {
  return Object.entries(figures).map(([name, scalar]) => ({ tag: `${group}/${name}`, scalar }));
}
