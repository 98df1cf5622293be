import { UsageError } from '../../errors/index.ts';
import {
  type Likelihood,
  type Noise,
  type Predictive,
  bernoulli,
  categorical,
  normal,
  poisson,
  studentT,
} from '../../likelihoods/index.ts';
import { type Check, choice, number, oneOf, options, unknownKey } from './options.ts';

/** What a likelihood has to know of the targets. */
export interface TargetInfo {
  readonly kind: 'classes' | 'reals' | 'counts';
  /** of the classes, or of the targets */
  readonly names: readonly string[];
}

/** The likelihood of targets of a kind, where nothing is said. */
function usualLikelihood({ kind, names }: TargetInfo): Likelihood<Predictive> {
  switch (kind) {
    case 'classes':
      return categorical(names.length);
    case 'reals':
      return normal({ noise: 'learned', targets: names.length });
    case 'counts':
      return poisson({ targets: names.length });
  }
}

const noise: Check<Noise> = (value, place) =>
  typeof value === 'number' ? number(0)(value, place) : oneOf('learned', 'predicted')(value, place);

/** How a likelihood follows from its options and the targets, and what targets it is for. One row per likelihood. */
const makers: Readonly<
  Record<
    string,
    { readonly of: readonly TargetInfo['kind'][]; make: (targets: TargetInfo) => Check<Likelihood<Predictive>> }
  >
> = {
  categorical: {
    of: ['classes'],
    make:
      ({ names }) =>
      (value, place) =>
        none(value, place) ?? categorical(names.length),
  },
  bernoulli: { of: ['classes'], make: (targets) => (value, place) => none(value, place) ?? twoClasses(targets, place) },
  normal: {
    of: ['reals', 'counts'],
    make:
      ({ names }) =>
      (value, place) =>
        normal({ ...options({ noise })(value, place), targets: names.length }),
  },
  studentT: {
    of: ['reals', 'counts'],
    make:
      ({ names }) =>
      (value, place) => {
        return studentT({ ...options({ noise, degrees: number(0) })(value, place), targets: names.length });
      },
  },
  poisson: {
    of: ['counts'],
    make:
      ({ names }) =>
      (value, place) =>
        none(value, place) ?? poisson({ targets: names.length }),
  },
};

function none(value: unknown, place: string): null {
  options({})(value, place);
  return null;
}

function twoClasses({ names }: TargetInfo, place: string): Likelihood<Predictive> {
  if (names.length === 2) return bernoulli();
  throw new UsageError(place, { got: `${names.length} classes`, expected: '2', remedy: 'Use categorical' });
}

/** The kind of targets that a described likelihood needs, before there is data: `poisson` wants counts. */
export function targetsOf(value: unknown, place: string): TargetInfo['kind'] | null {
  if (value === undefined || value === null) return null;
  const [name] = choice(value, place, 'a likelihood');
  return makerOf(name, place).of[0]!;
}

function makerOf(name: string, place: string) {
  const maker = Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (!maker) throw unknownKey(`${place}.${name}`, name, Object.keys(makers));
  return maker;
}

/**
 * A likelihood as it is written down, `{normal: {noise: learned}}` or `categorical`; the usual one where nothing is.
 * @throws UsageError naming the place, or where the targets are of another kind
 */
export function likelihoodOf(value: unknown, targets: TargetInfo, place: string): Likelihood<Predictive> {
  if (value === undefined || value === null) return usualLikelihood(targets);
  const [name, given] = choice(value, place, 'a likelihood');
  const { of, make } = makerOf(name, place);
  if (of.includes(targets.kind)) return make(targets)(given, `${place}.${name}`);
  throw new UsageError(`a ${name} likelihood is for ${of.join(' or ')}`, {
    got: `targets that are ${targets.kind}: ${targets.names.slice(0, 5).join(', ')}`,
    remedy: `Give another likelihood, or say what the targets are with --data.task ${of[0]}`,
  });
}
