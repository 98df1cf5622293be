export { type ActivationName, activate, activation, activationNames } from './activations.ts';
export { heads, parallel, residual, sequential } from './combinators.ts';
export {
  type Convolution1dOptions,
  type Convolution2dOptions,
  conv1d,
  conv1dFlipout,
  conv1dReparameterization,
  conv2d,
  conv2dFlipout,
  conv2dReparameterization,
} from './convolution.ts';
export { Declarations, type ParameterDeclaration, type PosteriorDeclaration } from './declarations.ts';
export { type DenseOptions, dense, denseFlipout, denseReparameterization } from './dense.ts';
export { type DropoutOptions, dropout } from './dropout.ts';
export { type EmbeddingOptions, embedding } from './embedding.ts';
export { type Initializer, initialize } from './initializers.ts';
export type { Layer, LayerContext, LayerMode, WeightsDeclaration } from './layer.ts';
export {
  type GroupNormalizationOptions,
  filterResponseNormalization,
  groupNormalization,
  layerNormalization,
} from './normalization.ts';
export {
  type Pooling1dOptions,
  type Pooling2dOptions,
  averagePool1d,
  averagePool2d,
  globalAveragePool,
  globalMaxPool,
  maxPool1d,
  maxPool2d,
} from './pooling.ts';
export { type ReshapeOptions, flatten, reshape } from './shape.ts';
export { fixedWeights } from './weights/fixed.ts';
export { type NormalWeightsOptions, normalWeights } from './weights/normal.ts';
export { type WeightsDefaults, weightsDefaults } from './weights/defaults.ts';
export type { Prior } from './weights/priors/index.ts';
export type { LinearMap, Weights } from './weights/weights.ts';
