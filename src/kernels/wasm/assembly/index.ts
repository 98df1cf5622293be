export { activationGradient } from './activations';
export {
  add, channelSigns, divide, elu, exp, fromBytes, leakyRelu, log, multiply, negate, relu, scale, shift, sigmoid, softplus, sqrt, square,
  subtract, tanh,
} from './elementwise';
export { foldBlocked, formBlocked, listRuns, signMasks } from './blocked';
export { mixedMatmul, mixedMatmulScratch, narrow, widen } from './bfloat16';
export { convolution, convolutionScratch } from './convolution';
export { convolutionBackward, convolutionBackwardScratch } from './convolution-backward';
export { setConvolution, setPooling, setTypes } from './geometry';
export { gatherRows, gatherRowsBackward } from './gather';
export { categoricalNll, categoricalNllBackward, normalKlBackward, softmax, softmaxBackward } from './likelihood';
export { formPaired, layPaired, listPlaces } from './paired';
export { matmul, matmulScratch } from './matmul';
export { maskNoise, maskNoiseScratch, normalNoise, normalNoiseScratch, signNoise, signNoiseScratch } from './noise';
export { normalKl, softplusScale } from './posterior';
export { averagePool, averagePoolBackward, maxPool, maxPoolBackward } from './pooling';
export { perturb, softmaxEntropy, softmaxEntropyScratch } from './prediction';
export { broadcast, broadcastPositions, clear, copyRows, sum, sumPositions } from './structure';
export { joinPhases, splitPhases, sumPhases } from './phases';
export { poolWindows, rectifyGradient, unpoolWindows } from './windows';
export { accumulate, adam, countNonFinite } from './update';
