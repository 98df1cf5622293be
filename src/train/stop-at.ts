/** Training that ends once it is good enough: every rank sees the same evaluations, and so all end together. */
import { UsageError } from '../errors/index.ts';
import type { EvaluationFigures } from './events.ts';

/**
 * Whether the mean relative error of each target is at most what is asked for.
 * @param stopAt one for each target, in their order
 * @throws UsageError where the evaluation tells as many of them no more
 */
export function isGoodEnough(stopAt: readonly number[], figures: EvaluationFigures | null): boolean {
  const errors = Object.entries(figures ?? {}).filter(([name]) => name.startsWith('relativeError.'));
  if (errors.length === stopAt.length) return errors.every(([, error], i) => error <= stopAt[i]!);
  throw new UsageError(`stopAt ${stopAt.join(', ')}`, {
    got:
      errors.length === 0 ? 'evaluations that tell no relative errors' : `targets ${errors.map(targetOf).join(', ')}`,
    expected: 'a relative error for each target of reals',
  });
}

function targetOf([name]: readonly [string, number]): string {
  return name.slice(name.indexOf('.') + 1);
}
