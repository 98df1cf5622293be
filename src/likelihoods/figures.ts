import { classFigures } from './categorical.ts';
import type { Figure } from './likelihood.ts';
import { realFigures } from './reals.ts';
import { relativeFigure } from './relative.ts';

/** All figures that the likelihoods of this room tell, each once: for those who read them in files. */
export const knownFigures: readonly Figure[] = [...classFigures, ...realFigures].filter(
  ({ name }, i, all) => all.findIndex((other) => other.name === name) === i,
);

/** What a figure is called; one that is not known, by its name. */
export function figureOf(name: string): Figure {
  const known = knownFigures.find((figure) => figure.name === name);
  return known ?? relativeFigure(name) ?? { name, title: name, unit: '', better: 'lower' };
}
