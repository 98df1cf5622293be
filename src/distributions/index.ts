export { type CategoricalLikelihood, categoricalEntropy, categoricalNegativeLogLikelihood } from './categorical.ts';
export {
  type Normal,
  type NormalTensor,
  normalEntropy,
  normalKlDivergence,
  normalKlDivergenceOf,
  normalLogDensity,
  normalNegativeLogLikelihood,
  standardNormalLogDensityOf,
} from './normal.ts';
export { logGamma, normalCdf, poissonCdf, studentTCdf } from './special.ts';
export { logFactorialOf } from './poisson.ts';
export { type ScaleMixture, scaleMixtureLogDensity, scaleMixtureLogDensityOf } from './scale-mixture.ts';
