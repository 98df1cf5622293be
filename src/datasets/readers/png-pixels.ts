/** What a PNG's pixels are as bytes: palettes looked up, fewer and more bits made eight, transparent colours an alpha. */
import { convertIndexedToRgb, type DecodedPng } from 'fast-png';

interface Pixels {
  readonly channels: number;
  readonly data: Uint8Array;
}

/**
 * @param decoded as the decoder leaves it: rows of packed bits below 8
 * @param transparency the colour that is transparent, of grey and RGB
 * @throws Error where it does not hold what the header says
 */
export function bytesOfPng(
  decoded: DecodedPng,
  { width, height, colour, depth }: { width: number; height: number; colour: number; depth: number },
  transparency: readonly number[] | null,
): Pixels {
  const pixels = width * height;
  if (colour === 3) {
    if (!decoded.palette) throw new Error('no palette');
    return checked({ channels: decoded.palette[0]?.length ?? 0, data: convertIndexedToRgb(decoded) }, pixels);
  }
  const { channels } = decoded;
  const values = depth < 8 ? unpacked(decoded.data, width, height, depth) : decoded.data;
  if (values.length !== pixels * channels) throw new Error(`${values.length} values`);
  const largest = 2 ** depth - 1;
  // 255 / largest is whole below 8 bits; of 16 bits the nearest of 8 is taken (PNG, 13.12).
  const data =
    depth === 8 && values instanceof Uint8Array
      ? values
      : Uint8Array.from(values, (value) => Math.round((value * 255) / largest));
  // An alpha channel says it better.
  if (transparency === null || channels % 2 === 0) return { channels, data };
  if (transparency.length !== channels) throw new Error(`a transparent colour of ${transparency.length} values`);
  const clear = new Uint8Array(pixels * (channels + 1));
  for (let i = 0; i < pixels; i++) {
    let isClear = true;
    for (let c = 0; c < channels; c++) {
      clear[i * (channels + 1) + c] = data[i * channels + c];
      isClear &&= values[i * channels + c] === transparency[c];
    }
    clear[i * (channels + 1) + channels] = isClear ? 0 : 255;
  }
  return { channels: channels + 1, data: clear };
}

function checked({ channels, data }: Pixels, pixels: number): Pixels {
  if (data.length === pixels * channels) return { channels, data };
  throw new Error(`${data.length} values`);
}

/** One value per pixel, from rows in which several share a byte, the first in its highest bits. */
function unpacked(rows: ArrayLike<number>, width: number, height: number, depth: number): Uint8Array {
  const rowBytes = Math.ceil((width * depth) / 8);
  const perByte = 8 / depth;
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const byte = rows[y * rowBytes + Math.floor(x / perByte)];
      out[y * width + x] = (byte >> (8 - depth * ((x % perByte) + 1))) & (2 ** depth - 1);
    }
  }
  return out;
}
