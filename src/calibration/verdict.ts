import { strange } from './calibration.ts';

/** What is said of an input that is unlike those of the training. */
export const unlike = 'unlike anything in training';

/** More classes than these are told by how many they are. */
const mostNamed = 3;

/**
 * What to make of a predicted class, in words: its name; the few that it may be; or that the network does not know.
 * @param set of classes, the most probable first
 * @param familiarity as in `CalibratedPredictions`; null: not known
 */
export function classVerdict(
  set: readonly number[],
  classes: number,
  nameOf: (label: number) => string,
  familiarity: number | null,
): string {
  if (isStrange(familiarity)) return unlike;
  if (set.length === 1) return nameOf(set[0]!);
  if (set.length > mostNamed) return `not sure: could be any of ${set.length === classes ? 'all ' : ''}${set.length}`;
  const names = set.map(nameOf);
  return `not sure: ${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

export function isStrange(familiarity: number | null): boolean {
  return familiarity !== null && familiarity <= strange;
}
