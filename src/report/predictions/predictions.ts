/** Predictions as others read them, of whatever kind: objects for JSON, a CSV, arrays for NumPy. */
import { zipSync } from 'fflate';
import type { Predictive } from '../../likelihoods/index.ts';
import { type ClassPrediction, classArrays, classPredictions, classTable } from './classes.ts';
import type { PredictionLabels } from './labels.ts';
import { type RealPrediction, realArrays, realPredictions, realTable } from './reals.ts';

/** One per example. */
export function predictionRows(
  predictive: Predictive,
  labels: PredictionLabels,
): readonly (ClassPrediction | RealPrediction)[] {
  return predictive.kind === 'classes' ? classPredictions(predictive, labels) : realPredictions(predictive, labels);
}

/** A table with a line per example (RFC 4180). */
export function predictionsCsv(predictive: Predictive, labels: PredictionLabels): string {
  const table = predictive.kind === 'classes' ? classTable(predictive, labels) : realTable(predictive, labels);
  return table.map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('');
}

function cellOf(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** An .npz file for numpy.load. */
export function predictionsNpz(predictive: Predictive, labels: PredictionLabels): Uint8Array {
  const arrays = predictive.kind === 'classes' ? classArrays(predictive, labels) : realArrays(predictive, labels);
  return zipSync(Object.fromEntries(Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes])));
}
