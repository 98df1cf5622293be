export { type NoiseKey, purpose } from './keys.ts';
export { fillMask, fillNormal, fillSigns, fillUniform } from './noise.ts';
export { fillIntegers, permutation } from './permutation.ts';
export { philox4x32 } from './philox.ts';
