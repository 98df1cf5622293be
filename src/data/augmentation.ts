import { fillUniform, purpose } from '../random/index.ts';

export interface AugmentationOptions {
  /** left and right exchanged, for half of the images */
  readonly flips: boolean;
  /** moved by up to so many pixels each way, black where nothing is left; 0: not at all */
  readonly crops: number;
}

interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * Flips and crops of a batch, in place: what a padded image, cut at random, shows. How an image is changed is a function
 * of the seed, the step, the replica and its place in the replica's batch, whichever rank has it.
 */
export class Augmentation {
  readonly #options: AugmentationOptions;
  readonly #shape: ImageShape;
  readonly #key: { seed: number; purpose: number; step: number; replica: number; layer: number; example: number };
  readonly #uniforms = new Float32Array(3);
  readonly #original: Uint8Array;

  constructor(seed: number, shape: ImageShape, options: AugmentationOptions) {
    this.#options = options;
    this.#shape = shape;
    this.#key = { seed, purpose: purpose.augmentation, step: 0, replica: 0, layer: 0, example: 0 };
    this.#original = new Uint8Array(shape.height * shape.width * shape.channels);
  }

  /**
   * Allocates nothing.
   * @param images [examples, height, width, channels]
   * @param firstExample place of the first in its replica's batch
   */
  apply(images: Uint8Array, step: number, replica: number, firstExample: number): void {
    const { flips, crops } = this.#options;
    if (!flips && crops === 0) return;
    const size = this.#original.length;
    this.#key.step = step;
    this.#key.replica = replica;
    for (let start = 0, example = firstExample; start < images.length; start += size, example++) {
      this.#key.example = example;
      fillUniform(this.#uniforms, this.#key);
      const isMirrored = flips && this.#uniforms[0] < 0.5;
      const down = Math.floor(this.#uniforms[1] * (2 * crops + 1)) - crops;
      const right = Math.floor(this.#uniforms[2] * (2 * crops + 1)) - crops;
      for (let i = 0; i < size; i++) this.#original[i] = images[start + i];
      this.#place(images, start, isMirrored, down, right);
    }
  }

  /** Pixel (y, x) becomes that of the original at (y + down, x + right), mirrored before it is moved. */
  #place(images: Uint8Array, start: number, isMirrored: boolean, down: number, right: number): void {
    const { height, width, channels } = this.#shape;
    let to = start;
    for (let y = 0; y < height; y++) {
      const fromY = y + down;
      for (let x = 0; x < width; x++) {
        const moved = x + right;
        const isInside = fromY >= 0 && fromY < height && moved >= 0 && moved < width;
        const from = (fromY * width + (isMirrored ? width - 1 - moved : moved)) * channels;
        for (let c = 0; c < channels; c++) images[to++] = isInside ? this.#original[from + c] : 0;
      }
    }
  }
}
