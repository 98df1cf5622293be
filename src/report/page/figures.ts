/** The likelihoods' figures in the tables of a page. */
import { type Figure, knownFigures } from '../../likelihoods/index.ts';

/** Those that some evaluation has: the known ones in their order, then the others. */
export function figuresOf(evaluations: readonly { readonly figures: Readonly<Record<string, number>> }[]): Figure[] {
  const names = new Set(evaluations.flatMap(({ figures }) => Object.keys(figures)));
  const known = knownFigures.filter(({ name }) => names.delete(name));
  return [...known, ...[...names].map((name): Figure => ({ name, title: name, unit: '', better: 'lower' }))];
}

export function headOf({ title, unit }: Figure): string {
  return unit === '' ? title : `${title}, ${unit.replace(' per example', '')}`;
}

/** A share of examples comes with its standard error. */
export function figureText(name: string, value: number | undefined, examples: number): string {
  if (value === undefined) return '';
  if (name !== 'accuracy' && !name.startsWith('coverage')) return shortNumber(value);
  return `${value.toFixed(4)} ± ${Math.sqrt((value * (1 - value)) / examples).toFixed(4)}`;
}

/** Four digits behind the point, and of large and small numbers five in all. */
function shortNumber(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size >= 1000 || size < 0.01) ? String(Number(value.toPrecision(5))) : value.toFixed(4);
}
