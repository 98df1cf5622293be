import { count } from './format.ts';

/** What `train` and `evaluate` answer; with --json, exactly this. */
export interface RunSummary {
  /** the run folder */
  readonly run: string;
  readonly model: string;
  /** of the checkpoint that was evaluated */
  readonly step: number;
  /** share of the test set, in 0 .. 1 */
  readonly accuracy: number;
  /** nats per example */
  readonly nll: number;
  readonly brier: number;
  /** expected calibration error */
  readonly ece: number;
  /** Monte Carlo draws of the weights; 1 for a model whose weights are fixed */
  readonly draws: number;
  /** of the training, over all ranks; null where too little was trained to tell */
  readonly samplesPerSecond: number | null;
  readonly parametersSha256: string;
}

/** @param images how many the test set has: what the accuracy's standard error is of */
export function renderSummary(summary: RunSummary, images: number, isBayesian: boolean): string {
  const { model, step, accuracy, nll, brier, ece, draws, samplesPerSecond, run } = summary;
  const standardError = Math.sqrt((accuracy * (1 - accuracy)) / images);
  const rows = [
    ['accuracy', `${accuracy.toFixed(4)} +- ${standardError.toFixed(4)}`],
    ['NLL', `${nll.toFixed(4)} nats per image`],
    ['Brier score', brier.toFixed(4)],
    ['calibration error', ece.toFixed(4)],
    ['training speed', samplesPerSecond === null ? '-' : `${count(samplesPerSecond)} samples/s`],
    ['run folder', run],
  ];
  const weights = isBayesian ? `${draws} ${draws === 1 ? 'draw' : 'draws'} of the weights` : 'fixed weights';
  return [
    `${model} after ${step} steps, ${weights}, ${images} test images`,
    ...rows.map(([name, value]) => `  ${name.padEnd(18)} ${value}`),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
