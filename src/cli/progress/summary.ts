import type { Outcome, RunSummary } from '../../compose/index.ts';
import { count } from './format.ts';
import { renderShifts } from './shifts.ts';

/** The summary as --json tells it: the likelihood's figures stand among the rest. */
export function summaryJson({ run, model, step, figures, ...others }: RunSummary): string {
  return `${JSON.stringify({ run, model, step, ...figures, ...others })}\n`;
}

/** @param by whether figures by a column were asked for */
export function renderSummary({ summary, figures, examples, kind, isBayesian, words }: Outcome, by = false): string {
  const { model, step, draws, samplesPerSecond, run } = summary;
  const rows = [
    ...figures.flatMap(({ name, title, unit }) => {
      const value = summary.figures[name];
      if (value === undefined) return [];
      const error = isShare(name) ? ` +- ${Math.sqrt((value * (1 - value)) / examples).toFixed(4)}` : '';
      const shown = Math.abs(value) < 1e5 ? value.toFixed(4) : value.toPrecision(6);
      return [[title, `${shown}${error}${unit === '' ? '' : ` ${unit.replace('example', kind)}`}`]];
    }),
    ['training speed', samplesPerSecond === null ? '-' : `${count(samplesPerSecond)} samples/s`],
    ['run folder', run],
  ];
  const weights = isBayesian ? `${draws} ${draws === 1 ? 'draw' : 'draws'} of the weights` : 'fixed weights';
  const over = examples === 0 ? 'nothing held out to test it on' : `${examples} test ${kind}s`;
  const width = Math.max(18, ...rows.map(([name]) => name!.length));
  return [
    `${model} after ${step} steps, ${weights}, ${over}`,
    ...rows.map(([name, value]) => `  ${name!.padEnd(width)} ${value}`),
    ...words.map((line) => `  ${line}`),
    ...renderShifts(summary, by),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** A share of the examples has a standard error. */
function isShare(name: string): boolean {
  return name === 'accuracy' || name.startsWith('coverage');
}
