import type { Prior } from '../../layers/index.ts';
import { type Check, boolean, choice, number, options, pair, unknownKey } from './options.ts';

/** A prior of each kind, from what is written behind its name. */
const makers: { readonly [K in Prior['kind']]: Check<Prior & { readonly kind: K }> } = {
  normal(value, place) {
    const { scale = 1, fanIn = false } = options({ scale: number(0), fanIn: boolean })(value, place);
    return { kind: 'normal', scale, fanIn };
  },
  scaleMixture(value, place) {
    const mixture = options({ scales: pair(number(0)), share: number(0, 1) }, 'scales');
    const { scales, share = 0.5 } = mixture(value, place);
    return { kind: 'scaleMixture', scales, share };
  },
};

/** A prior: `normal: {scale: 1, fanIn: true}` or `scaleMixture: {scales: [1, 0.05], share: 0.5}`. */
export const prior: Check<Prior> = (value, place) => {
  const [kind, given] = choice(value, place, 'a prior');
  const inside = `${place}.${kind}`;
  const make = Object.entries<Check<Prior>>(makers).find(([name]) => name === kind)?.[1];
  if (make === undefined) throw unknownKey(inside, kind, Object.keys(makers));
  return make(given, inside);
};
