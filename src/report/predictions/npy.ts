/** Arrays as NumPy's .npy files (NEP 1, version 1): a Python dictionary as text, padded to 64 bytes, then the elements. */

export function npyOf(values: Float64Array, shape: readonly number[]): Uint8Array {
  // a copy: what is written must not lie in shared memory
  return npy('<f8', shape, new Uint8Array(Float64Array.from(values).buffer));
}

/** Texts of one width in UTF-32, as NumPy has them. */
export function npyOfStrings(texts: readonly string[]): Uint8Array {
  const points = texts.map((text) => Array.from(text, (character) => character.codePointAt(0)!));
  const width = Math.max(1, ...points.map(({ length }) => length));
  const elements = new Uint32Array(width * texts.length);
  for (const [i, own] of points.entries()) elements.set(own, i * width);
  return npy(`<U${width}`, [texts.length], new Uint8Array(elements.buffer));
}

function npy(descr: string, shape: readonly number[], elements: Uint8Array): Uint8Array {
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.map((n) => `${n},`).join(' ')}), }`;
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length + elements.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(`${dictionary.padEnd(length - 11)}\n`), 10);
  bytes.set(elements, length);
  return bytes;
}
