import type { ImageSet } from '../../src/data/index.ts';
import { sharedBuffer } from '../../src/kernels/index.ts';
import { fillUniform, purpose } from '../../src/random/index.ts';

/** Images of 28x28 in ten classes that a network can learn: noise, with a bright bar at a height that is the class's. */
export function bars(count: number, seed = 1): ImageSet {
  const size = 28;
  const images = new Uint8Array(sharedBuffer(count * size * size));
  const labels = new Uint8Array(sharedBuffer(count));
  const noise = new Float32Array(images.length);
  fillUniform(noise, { seed, purpose: purpose.augmentation, step: 0, replica: 0, layer: 0, example: 0 });
  for (let n = 0; n < count; n++) {
    const label = n % 10;
    labels[n] = label;
    for (let row = 0; row < size; row++) {
      const bright = row >> 1 === label + 2;
      for (let column = 0; column < size; column++) {
        const at = (n * size + row) * size + column;
        images[at] = noise[at]! * (bright ? 255 : 100);
      }
    }
  }
  return { count, height: size, width: size, channels: 1, images, labels };
}
