/** EXIF's note of how a camera was held (tag 0x0112, CIPA DC-008): programs that show pictures turn them by it. */

const exif = 'Exif\0\0';
const orientationTag = 0x0112;

/**
 * @param segment the content of a JPEG's marker APP1
 * @returns 1 (as it is) to 8; 1 where it says nothing
 */
export function orientationOf(segment: Uint8Array): number {
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  // TIFF's header: byte order, 42, place of the first directory.
  const tiff = exif.length;
  if (segment.length < tiff + 8 || String.fromCharCode(...segment.subarray(0, tiff)) !== exif) return 1;
  const isLittle = segment[tiff] === 0x49;
  const directory = tiff + view.getUint32(tiff + 4, isLittle);
  const count = directory + 2 <= segment.length ? view.getUint16(directory, isLittle) : 0;
  for (let i = 0, at = directory + 2; i < count && at + 12 <= segment.length; i++, at += 12) {
    if (view.getUint16(at, isLittle) !== orientationTag) continue;
    const value = view.getUint16(at + 8, isLittle);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** Whether height and width change places. */
export function isTurned(orientation: number): boolean {
  return orientation >= 5;
}

/**
 * The picture as it is meant to be seen.
 * @param data [height, width, channels]
 * @returns the same, [width, height, channels] where it is turned by a quarter
 */
export function upright(
  data: Uint8Array,
  { height, width, channels }: { readonly height: number; readonly width: number; readonly channels: number },
  orientation: number,
): Uint8Array {
  if (orientation === 1) return data;
  const [rows, columns] = isTurned(orientation) ? [width, height] : [height, width];
  // Where the row and the column of what is seen run in what is stored.
  const flipsX = [2, 3, 7, 8].includes(orientation);
  const flipsY = [3, 4, 6, 7].includes(orientation);
  const out = new Uint8Array(data.length);
  for (let row = 0, to = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [y, x] = isTurned(orientation) ? [column, row] : [row, column];
      const from = ((flipsY ? height - 1 - y : y) * width + (flipsX ? width - 1 - x : x)) * channels;
      for (let c = 0; c < channels; c++) out[to++] = data[from + c];
    }
  }
  return out;
}
