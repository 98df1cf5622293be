import { type Spread, spread } from './statistics.ts';
import { type Measurement, measureTraining, usualSeconds } from './measure.ts';

export interface TrainingCase {
  /** the model's name */
  readonly workload: string;
  readonly engine: string;
  readonly precision: string;
  /** examples per replica, and each rank has one */
  readonly batch: number;
  readonly ranks: number;
}

export interface TrainingResult extends TrainingCase {
  /** over all ranks, median over the rounds */
  readonly samplesPerSecond: number;
  readonly spread: Spread;
  readonly peakRssMB: number;
  readonly firstStepSeconds: number;
}

/**
 * Training throughput. Rounds are interleaved (A B C, A B C, ...), so that a change of the machine's speed meets all alike.
 * @param seconds of each measurement; null: as long as the network needs
 */
export async function benchTraining(
  cases: readonly TrainingCase[],
  { rounds, seconds, onDone }: { rounds: number; seconds: number | null; onDone: (text: string) => void },
): Promise<TrainingResult[]> {
  const measured = cases.map((): Measurement[] => []);
  for (let round = 1; round <= rounds; round++) {
    for (const [i, { workload, engine, precision, batch, ranks }] of cases.entries()) {
      const settings = { engine, precision, batchSize: batch, replicas: ranks };
      const duration = seconds ?? usualSeconds(workload);
      measured[i]!.push(await measureTraining({ model: workload, settings, ranks, seconds: duration }));
      onDone(`round ${round} of ${rounds}: ${workload}, ${engine}, batch ${batch}, ${ranks} ranks`);
    }
  }
  return cases.map((one, i) => {
    const of = (value: (measurement: Measurement) => number): Spread => spread(measured[i]!.map(value));
    const throughput = of((measurement) => measurement.samplesPerSecond);
    return {
      ...one,
      samplesPerSecond: throughput.median,
      spread: throughput,
      peakRssMB: of((measurement) => measurement.peakRssMB).median,
      firstStepSeconds: of((measurement) => measurement.firstStepSeconds).median,
    };
  });
}

export function trainingTable(results: readonly TrainingResult[]): string {
  const lines = results.map((one) => {
    const { workload, engine, precision, batch, ranks, spread: range, peakRssMB, firstStepSeconds } = one;
    const [median, min, max] = [range.median, range.min, range.max].map((value) => Math.round(value));
    const figures = [median, `${min} to ${max}`, Math.round(peakRssMB), firstStepSeconds.toFixed(2)];
    return `| ${[workload, engine, precision, batch, ranks, ...figures].join(' | ')} |`;
  });
  return [
    '| model | engine | precision | batch per rank | ranks | samples/s (median) | min to max | peak RSS, MB | first step after, s |',
    '|---|---|---|---:|---:|---:|---:|---:|---:|',
    ...lines,
    '',
  ].join('\n');
}
