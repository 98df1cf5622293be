/*
 * The modules are compiled for shared memory; a page without cross-origin isolation has none. What the compiler lays down
 * of it is one bit of the binary, the memory import's: none of the kernels uses an atomic instruction.
 */

const header = 8;
const importSection = 2;
const kinds = { function: 0, table: 1, memory: 2, global: 3 } as const;
/** flags of a memory's limits */
const hasMaximum = 1;
const isShared = 2;

/**
 * The same module for a memory of one thread alone: flags 3 of the imported memory's limits (shared, with a maximum)
 * become 1 (with a maximum). WebAssembly core specification 2.0, sections 5.3.7 and 5.5.5; threads proposal, limits.
 * @throws Error for a module that imports no shared memory
 */
export function unshared(binary: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const at = memoryFlags(binary);
  if (at === null || binary[at] !== (hasMaximum | isShared)) throw new Error('the module imports no shared memory');
  const copy = binary.slice();
  copy[at] = hasMaximum;
  return copy;
}

/** Where the flags of the first imported memory's limits stand; null: none is imported. */
function memoryFlags(binary: Uint8Array): number | null {
  const reader = new Reader(binary, header);
  while (reader.at < binary.length) {
    const section = reader.byte();
    const size = reader.unsigned();
    if (section === importSection) return memoryAmong(reader);
    reader.at += size;
  }
  return null;
}

function memoryAmong(reader: Reader): number | null {
  for (let left = reader.unsigned(); left > 0; left--) {
    // the import's two names
    reader.skip();
    reader.skip();
    const kind = reader.byte();
    if (kind === kinds.memory) return reader.at;
    if (kind === kinds.function) reader.unsigned();
    else if (kind === kinds.global) reader.at += 2;
    else if (kind === kinds.table) {
      reader.byte();
      const flags = reader.byte();
      reader.unsigned();
      if ((flags & hasMaximum) !== 0) reader.unsigned();
    } else throw new Error(`the module imports something of kind ${kind}`);
  }
  return null;
}

class Reader {
  readonly #binary: Uint8Array;
  at: number;

  constructor(binary: Uint8Array, at: number) {
    this.#binary = binary;
    this.at = at;
  }

  byte(): number {
    return this.#binary[this.at++]!;
  }

  /** LEB128: seven bits a byte, the lowest first; the eighth says that there are more. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value >>> 0;
    }
  }

  /** A vector of bytes: a name. */
  skip(): void {
    const length = this.unsigned();
    this.at += length;
  }
}
