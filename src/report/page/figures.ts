/** The likelihoods' figures in the tables of a page. */
import { type Figure, figureOf } from '../../likelihoods/index.ts';

/** Those that some evaluation has, in the order in which the evaluations tell them: that of their likelihood. */
export function figuresOf(evaluations: readonly { readonly figures: Readonly<Record<string, number>> }[]): Figure[] {
  const names = new Set(evaluations.flatMap(({ figures }) => Object.keys(figures)));
  return [...names].map(figureOf);
}

export function headOf({ title, unit }: Figure): string {
  return unit === '' ? title : `${title}, ${unit.replace(' per example', '')}`;
}

/** A share of examples comes with its standard error. */
export function figureText(name: string, value: number | undefined, examples: number): string {
  if (value === undefined) return '';
  if (name !== 'accuracy' && !name.startsWith('coverage')) return shortNumber(value);
  return `${value.toFixed(4)} ± ${standardError(value, examples).toFixed(4)}`;
}

/** Four digits behind the point, and of large and small numbers five in all. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size >= 1000 || size < 0.01) ? String(Number(value.toPrecision(5))) : value.toFixed(4);
}

/** Of a share of so many examples. */
export function standardError(share: number, examples: number): number {
  return Math.sqrt((share * (1 - share)) / examples);
}

/** 12345 -> 12,345 */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
