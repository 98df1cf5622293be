import { existsSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { RunFolderError, describeFailure } from '../../errors/index.ts';
import { replaceFile, writeDurably } from '../files/durable.ts';
import { nodeFileSystem } from '../files/file-system.ts';
import { chromeTrace } from './chrome-trace.ts';
import { SpanRing } from '../../train/index.ts';
import { readRegular, longFile } from '../files/regular.ts';

/** How long the first rank waits for what others leave beside the file, in ms. */
const patience = 1000;

/**
 * The timeline of a run in one file. Threads record into memory that the writing thread sees; a process leaves its spans
 * in a file beside, `FILE.rank-1`, which the first rank takes in and removes. The file is written beside and renamed: it is
 * whole whenever it is there.
 */
export class TraceFile {
  readonly path: string;
  readonly #rings: (SpanRing | null)[];
  readonly #firstForeign: number;

  /**
   * Asks whether the file can be written before anything is trained; what is there stays until `begin`.
   * @param threads ranks of this process, the first ones; the others are processes
   * @throws RunFolderError when the file cannot be written
   */
  constructor(path: string, threads: number, ranks: number) {
    this.path = path;
    this.#firstForeign = threads;
    this.#rings = Array.from({ length: ranks }, (_, rank) => (rank < threads ? SpanRing.create(hostname()) : null));
    const probe = `${path}.new`;
    try {
      if (existsSync(path) && !statSync(path).isFile()) throw new Error(`${path} is no file`);
      writeDurably(nodeFileSystem, probe, []);
    } catch (error) {
      throw new RunFolderError(`cannot write the timeline ${path}`, describeFailure(error));
    } finally {
      rmSync(probe, { force: true });
    }
  }

  /** The run begins: a trace of nothing takes the place of what was there. */
  begin(): void {
    for (let rank = this.#firstForeign; rank < this.#rings.length; rank++)
      rmSync(partOf(this.path, rank), { force: true });
    this.#write([]);
  }

  /** Of a rank of this process. */
  ring(rank: number): SpanRing {
    return this.#rings[rank]!;
  }

  /**
   * Writes what there is. Spans that come later need another call.
   * @throws RunFolderError when the file cannot be written
   */
  write(): void {
    this.#collect();
    this.#write(this.#rings);
  }

  #write(rings: readonly (SpanRing | null)[]): void {
    try {
      replaceFile(nodeFileSystem, this.path, inPieces(chromeTrace(rings)));
    } catch (error) {
      throw new RunFolderError(`cannot write the timeline ${this.path}`, describeFailure(error));
    }
  }

  /** Other processes end about when this one does: their spans may be a moment late, and of one that was killed never come. */
  #collect(): void {
    const still = new Int32Array(new SharedArrayBuffer(4));
    const end = performance.now() + patience;
    for (let rank = this.#firstForeign; rank < this.#rings.length; rank++) {
      const part = partOf(this.path, rank);
      while (this.#rings[rank] === null && !existsSync(part) && performance.now() < end) Atomics.wait(still, 0, 0, 10);
      if (!existsSync(part)) continue;
      const bytes = readRegular(part, longFile);
      rmSync(part, { force: true });
      if (bytes.length !== SpanRing.bytes) continue;
      const buffer = new SharedArrayBuffer(SpanRing.bytes);
      new Uint8Array(buffer).set(bytes);
      this.#rings[rank] = new SpanRing(buffer);
    }
  }
}

/** Leaves the spans of a rank that is a process of its own where the first one finds them. */
export function leaveSpans(path: string, rank: number, ring: SpanRing): void {
  const part = partOf(path, rank);
  writeDurably(nodeFileSystem, `${part}.new`, [new Uint8Array(ring.buffer).slice()]);
  nodeFileSystem.renameSync(`${part}.new`, part);
}

/** Bytes of many short texts, some thousands at a time. */
function* inPieces(texts: Iterable<string>): Generator<Uint8Array> {
  let piece = '';
  for (const text of texts) {
    piece += text;
    if (piece.length < 1 << 16) continue;
    yield Buffer.from(piece);
    piece = '';
  }
  yield Buffer.from(piece);
}

function partOf(path: string, rank: number): string {
  return `${path}.rank-${rank}`;
}
