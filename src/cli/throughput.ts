import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Steps at a run's start that are slower than the rest. */
const warmup = 20;

/** Median samples/s of a run's timing.csv, its first 20 steps left out; null where there is nothing to tell from. */
export function recordedThroughput(run: string): number | null {
  const path = join(run, 'timing.csv');
  if (!existsSync(path)) return null;
  const [header, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const column = header.split(',').indexOf('samplesPerSecond');
  const rates = lines.map((line) => Number(line.split(',')[column])).filter((rate) => rate > 0);
  const counted = rates.slice(Math.min(warmup, Math.floor(rates.length / 2))).sort((a, b) => a - b);
  return counted.length === 0 ? null : counted[counted.length >> 1];
}
