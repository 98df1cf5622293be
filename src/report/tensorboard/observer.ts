/** What TensorBoard shows of a run: the figures of its steps, the posterior's histograms, the evaluation. */
import type {
  EvaluationFigures,
  PosteriorSnapshot,
  StepRecord,
  StepTiming,
  TrainingObserver,
} from '../../train/index.ts';
import type { SummaryValue } from './event.ts';
import { EventFile } from './event-file.ts';
import { histogramOf } from './histogram.ts';

/**
 * Writes a new event file into the run folder. Its start makes TensorBoard forget what the files of a run that was killed
 * say of later steps than the checkpoint from which this one goes on.
 * @param resumedFrom the step of that checkpoint; 0 for a new run
 * @throws RunFolderError, here and while the run goes on, if the file cannot be written
 */
export function tensorBoardObserver(folder: string, resumedFrom = 0): TrainingObserver {
  const file = new EventFile(folder);
  file.append(Date.now() / 1000, resumedFrom + 1, { sessionStart: true });
  return {
    onStep(record: StepRecord, timing: StepTiming): void {
      file.append(timing.endedAt, record.step, { values: stepValues(record, timing) });
    },
    onPosterior(step: number, layers: readonly PosteriorSnapshot[]): void {
      const values = layers.flatMap(({ layer, mean, standardDeviation }): SummaryValue[] => [
        { tag: `posteriorMean/${layer}`, histogram: histogramOf(mean) },
        { tag: `posteriorStandardDeviation/${layer}`, histogram: histogramOf(standardDeviation) },
      ]);
      file.append(Date.now() / 1000, step, { values });
    },
    onEvaluation(step: number, quality: EvaluationFigures): void {
      file.append(Date.now() / 1000, step, { values: grouped('evaluation', { ...quality }) });
    },
    onEnd(): void {
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
    file.append(Date.now() / 1000, step, { values: grouped('evaluation', { ...quality }) });
  } finally {
    file.close();
  }
}

function stepValues(record: StepRecord, { samplesPerSecond }: StepTiming): SummaryValue[] {
  const { nll, kl, beta, negativeElbo, figures, learningRate } = record;
  return grouped('train', { nll, kl, beta, negativeElbo, ...figures, learningRate, samplesPerSecond });
}

function grouped(group: string, figures: Readonly<Record<string, number>>): SummaryValue[] {
  return Object.entries(figures).map(([name, scalar]) => ({ tag: `${group}/${name}`, scalar }));
}
