export { type NoiseKey, purpose } from './keys.ts';
