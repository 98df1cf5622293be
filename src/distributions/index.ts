export { type CategoricalLikelihood, categoricalEntropy, categoricalNegativeLogLikelihood } from './categorical.ts';
export {
  type Normal,
  type NormalTensor,
  normalEntropy,
  normalKlDivergence,
  normalKlDivergenceOf,
  normalLogDensity,
  normalNegativeLogLikelihood,
} from './normal.ts';
