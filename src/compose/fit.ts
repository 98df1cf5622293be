import { UsageError } from '../errors/index.ts';
import type { Predictive } from '../likelihoods/index.ts';
import type { Model, TargetInfo } from '../models/index.ts';

/**
 * A model of a user's own brings a likelihood that nobody chose for the data.
 * @throws UsageError where it is for other targets than there are
 */
export function assertFitsTargets({ name, likelihood }: Model<Predictive>, { kind, names }: TargetInfo): void {
  const { target, outputs } = likelihood;
  const shown = names.slice(0, 5).join(', ') + (names.length > 5 ? ', ...' : '');
  const refused = (got: string, expected: string) =>
    new UsageError(`${name}: its ${likelihood.kind} likelihood does not fit the targets`, {
      got,
      expected,
      remedy: 'Give the model another likelihood, or name other targets with --target; --data.task says what they are',
    });
  const isOfClasses = target.dtype === 'i32';
  if (isOfClasses !== (kind === 'classes')) {
    throw refused(`targets that are ${kind}: ${shown}`, isOfClasses ? 'classes' : 'reals or counts');
  }
  if (!isOfClasses && target.width !== names.length) {
    throw refused(`${counted(names.length, 'target')}: ${shown}`, counted(target.width, 'target'));
  }
  const classes = likelihood.kind === 'categorical' ? outputs : likelihood.kind === 'bernoulli' ? 2 : names.length;
  if (isOfClasses && classes !== names.length) {
    throw refused(`${names.length} classes: ${shown}`, `${classes} classes`);
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
