/** The ground on which images show something. */

/** White is 255. */
const bright = 127;

/**
 * Whether most of the images are bright all around: of most pixels on their edge.
 * @param images [count, height, width, channels]
 */
export function isDarkOnLight(images: Uint8Array, shape: readonly [number, number, number]): boolean {
  const [height, width, channels] = shape;
  const size = height * width * channels;
  let light = 0;
  for (let start = 0; start < images.length; start += size) {
    let edge = 0;
    let brightEdge = 0;
    for (let y = 0; y < height; y++) {
      const isWhole = y === 0 || y === height - 1;
      for (let x = 0; x < width; x += isWhole ? 1 : Math.max(1, width - 1)) {
        edge++;
        if (images[start + (y * width + x) * channels] > bright) brightEdge++;
      }
    }
    if (2 * brightEdge > edge) light++;
  }
  return 2 * light * size > images.length;
}
