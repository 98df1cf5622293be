import { isMapping } from '../models/index.ts';

/** More are not read. */
const most = 5;

/**
 * Where a value of plain JSON is not that of rank 0, place by place: `model.layers[1].dense.units 3 where rank 0 has 4`.
 */
export function differences(first: unknown, own: unknown): string {
  const found = [...differing(first, own, '')];
  const told = found.slice(0, most).map(({ place, first: there, own: here }) => {
    return `${place} ${shown(here)} where rank 0 has ${shown(there)}`;
  });
  return told.join(', ') + (found.length > most ? `, and ${found.length - most} more` : '');
}

interface Difference {
  readonly place: string;
  readonly first: unknown;
  readonly own: unknown;
}

function* differing(first: unknown, own: unknown, place: string): Generator<Difference> {
  if (Array.isArray(first) && Array.isArray(own) && first.length === own.length) {
    for (const [i, value] of own.entries()) yield* differing(first[i], value, `${place}[${i}]`);
  } else if (isMapping(first) && isMapping(own)) {
    const dot = place === '' ? '' : '.';
    const keys = new Set([...Object.keys(own), ...Object.keys(first)]);
    for (const key of keys) yield* differing(first[key], own[key], `${place}${dot}${key}`);
  } else if (JSON.stringify(first) !== JSON.stringify(own)) {
    yield { place, first, own };
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
