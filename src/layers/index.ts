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
export { type DenseOptions, dense, denseFlipout, denseReparameterization } from './dense.ts';
export { type Initializer, initialize } from './initializers.ts';
export type { Layer, LayerContext, LayerMode } from './layer.ts';
export { type PoolingOptions, flatten, maxPool1d, maxPool2d } from './pooling.ts';
