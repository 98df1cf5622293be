import { classFigures } from './categorical.ts';
import type { Figure } from './likelihood.ts';
import { realFigures } from './reals.ts';

/** All figures that the likelihoods of this room tell, each once: for those who read them in files. */
export const knownFigures: readonly Figure[] = [...classFigures, ...realFigures].filter(
  ({ name }, i, all) => all.findIndex((other) => other.name === name) === i,
);
