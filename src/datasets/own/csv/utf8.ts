import { isUtf8 } from 'node:buffer';
import { DataError } from '../../../errors/index.ts';

/** So much is looked at for a sign that the bytes are no text. */
const startBytes = 4096;
const newline = 0x0a;

/** Passes over chunks of a file that must be UTF-8, a character cut by the end of a chunk included. */
export class Utf8Check {
  readonly #name: string;
  /** the beginning of a character, whose rest is in the next chunk */
  #begun: Uint8Array = new Uint8Array(0);
  #line = 1;
  #isStart = true;

  constructor(name: string) {
    this.#name = name;
  }

  /** @throws DataError naming the line, or UTF-16 where it is that */
  pass(chunk: Uint8Array): void {
    if (this.#isStart) checkStart(this.#name, chunk.subarray(0, startBytes));
    this.#isStart = false;
    const bytes = this.#begun.length === 0 ? chunk : Buffer.concat([this.#begun, chunk]);
    const whole = bytes.length - begunBytes(bytes);
    const isGood = isUtf8(bytes.subarray(0, whole));
    for (let at = 0; !isGood && at < whole; ) {
      const end = bytes.indexOf(newline, at) + 1 || whole;
      if (!isUtf8(bytes.subarray(at, end))) throw this.#notUtf8(bytes.subarray(at, end));
      this.#line++;
      at = end;
    }
    for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) this.#line++;
    this.#begun = bytes.slice(whole);
  }

  /** @throws DataError where the file ends within a character */
  end(): void {
    if (this.#begun.length > 0) throw this.#notUtf8(this.#begun);
  }

  #notUtf8(line: Uint8Array): DataError {
    const text = new TextDecoder('latin1').decode(new Uint8Array(line.subarray(0, 60))).trimEnd();
    return new DataError(`${this.#name} is not encoded in UTF-8`, {
      got: `${JSON.stringify(text)} in line ${this.#line}`,
      remedy: 'Save it as UTF-8',
    });
  }
}

/** How many bytes at the end begin a character without finishing it. */
function begunBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

function checkStart(name: string, start: Uint8Array): void {
  const mark = (start[0] << 8) | start[1];
  const zeros = start.filter((byte) => byte === 0).length;
  if (mark === 0xfffe || mark === 0xfeff || zeros * 3 > start.length) {
    throw new DataError(`${name} is encoded in UTF-16`, { expected: 'UTF-8', remedy: 'Save it as UTF-8' });
  }
  if (zeros === 0) return;
  throw new DataError(`${name} is no text`, { got: 'bytes that are zero', expected: 'a table as text, in UTF-8' });
}
