import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { medianAfterWarmup } from '../train/index.ts';
import { readRegular, longFile } from '../run/index.ts';

/** Median samples/s of a run's timing.csv, its first 20 steps left out; null where there is nothing to tell from. */
export function recordedThroughput(run: string): number | null {
  const path = join(run, 'timing.csv');
  if (!existsSync(path)) return null;
  let text: string;
  try {
    text = readRegular(path, longFile).toString('utf8');
  } catch {
    return null; // no reason to keep an evaluation from being made
  }
  const [header, ...lines] = text.trimEnd().split('\n');
  const column = header.split(',').indexOf('samplesPerSecond');
  const rates = lines.map((line) => Number(line.split(',')[column])).filter((rate) => rate > 0);
  return rates.length === 0 ? null : medianAfterWarmup(Float64Array.from(rates));
}
