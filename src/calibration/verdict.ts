import type { CalibratedPredictions } from './calibration.ts';

/** What is said of an input that is unlike those of the training. */
export const unlike = 'unlike anything in training';

/** More classes than these are told by how many they are. */
const mostNamed = 3;

/**
 * What to make of the predicted class of an example, in words: its name; the few that it may be; or that the network does not know.
 * With sets that miss a share s of the truth at most, an input is unusual where s of the held-out examples, or fewer, are as far from the
 * training, and unlike anything where s / 5 are: so many ordinary inputs are turned away, and no more.
 * @param n place of the example
 * @returns null: no sets are known
 */
export function classVerdict(
  { sets, familiarity, level }: CalibratedPredictions,
  n: number,
  classes: number,
  nameOf: (label: number) => string,
): string | null {
  const set = sets?.[n];
  if (!set) return null;
  const share = familiarity?.[n] ?? 1;
  if (isStrange(share, level)) return unlike;
  const names = set.map(nameOf);
  if (set.length === 1) return share > 1 - level ? names[0]! : `not sure: ${names[0]}, but unlike most in training`;
  if (set.length > mostNamed) return `not sure: could be any of ${set.length === classes ? 'all ' : ''}${set.length}`;
  return `not sure: ${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/**
 * @param familiarity as in `CalibratedPredictions`
 * @param level share of truths that sets hold
 */
export function isStrange(familiarity: number, level: number): boolean {
  return familiarity <= (1 - level) / 5 + 1e-9;
}
