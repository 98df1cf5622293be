/** PNG pictures (ISO/IEC 15948) of any colour type at 8 bits, as an image of the shape that a network expects. */
import { inflateSync } from 'node:zlib';
import { convertIndexedToRgb, decode } from 'fast-png';
import { DataError } from '../../errors/index.ts';
import { type ByteSource, readBytes } from './bytes.ts';

const signatureBytes = 8;
const headerEnd = signatureBytes + 25;
/** values of a pixel by colour type, before a palette is looked up */
const samples: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * A grey picture serves a network for colour images, all channels alike; a colour picture serves one for grey images if
 * all its pixels are grey. Transparency is refused.
 * @param shape [height, width, channels]
 * @returns [height, width, channels]
 * @throws DataError where the picture has another size, or is damaged; nothing is unpacked beyond the size it declares
 */
export function decodePicture(source: ByteSource, [height, width, channels]: readonly [number, number, number]) {
  const { name } = source;
  const bytes = readBytes(source, 0, source.length);
  checkHeader(name, bytes, width, height);
  let decoded: ReturnType<typeof decode>;
  try {
    inflateSync(imageData(bytes), { maxOutputLength: height * (1 + width * samples[bytes[25]!]!) });
    decoded = decode(bytes);
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new DataError(`${name} is damaged`, { got, remedy: 'Fetch or copy it again', cause });
  }
  const isIndexed = decoded.palette !== undefined;
  const values = isIndexed ? convertIndexedToRgb(decoded) : decoded.data;
  const own = values.length / (height * width);
  const colours = own - (own % 2 === 0 ? 1 : 0);
  const image = new Uint8Array(height * width * channels);
  for (let i = 0; i < height * width; i++) {
    if (colours < own && values[i * own + colours] !== 255) {
      throw new DataError(`${name} is transparent`, { remedy: 'Save it without an alpha channel' });
    }
    for (let c = 0; c < channels; c++) image[i * channels + c] = values[i * own + (colours === 1 ? 0 : c)]!;
    if (channels === 1 && colours === 3) {
      const [red, green, blue] = values.subarray(i * own, i * own + 3);
      if (red === green && green === blue) continue;
      throw new DataError(`${name} is a picture in colour`, {
        expected: 'shades of grey',
        remedy: 'Save it as a greyscale picture',
      });
    }
  }
  return image;
}

function checkHeader(name: string, bytes: Uint8Array, width: number, height: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < headerEnd || String.fromCharCode(...bytes.subarray(12, 16)) !== 'IHDR') {
    throw new DataError(`${name} is damaged or truncated`, { got: `${bytes.length} bytes without a header` });
  }
  const [depth, colour, , , interlace] = bytes.subarray(24, 29);
  if (view.getUint32(16) !== width || view.getUint32(20) !== height) {
    throw new DataError(`${name} does not have the size that the network expects`, {
      got: `${view.getUint32(16)}x${view.getUint32(20)} pixels`,
      expected: `${width}x${height}`,
      remedy: 'Cut or scale it before',
    });
  }
  if (depth !== 8 || interlace !== 0 || samples[colour!] === undefined) {
    throw new DataError(`${name} is a kind of PNG that is not read`, {
      got: `${depth} bits, colour type ${colour}, interlace ${interlace}`,
      expected: '8 bits, not interlaced',
      remedy: 'Save it again with 8 bits per channel',
    });
  }
}

/** The contents of all IDAT chunks. */
function imageData(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [];
  for (let at = signatureBytes; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === 'IDAT') parts.push(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  return Buffer.concat(parts);
}
