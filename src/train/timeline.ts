import { sharedBuffer } from '../kernels/index.ts';

/** What a rank does, by the names that a timeline shows. */
const spanKinds = [
  'load data',
  'step',
  'data',
  'prepare',
  'compute',
  'wait',
  'reduce',
  'update',
  'drift check',
  'checkpoint',
  'evaluation',
] as const;
export type SpanKind = (typeof spanKinds)[number];

/** Who wants to know what a rank does when; times are those of `now`. */
export interface Timeline {
  /** whether anybody looks */
  readonly isOn: boolean;
  /** milliseconds; 0 where nobody looks */
  now(): number;
  /**
   * Something that is over.
   * @param detail the unit, the bucket; -1, unless given: none
   * @param end now, unless given
   */
  add(kind: SpanKind, step: number, begin: number, detail?: number, end?: number): void;
}

export const noTimeline: Timeline = { isOn: false, now: () => 0, add() {} };

/** A span as it is read. Times in milliseconds since the epoch. */
export interface Span {
  readonly kind: SpanKind;
  readonly step: number;
  readonly detail: number;
  readonly begin: number;
  readonly end: number;
}

/** Spans that are kept of a rank, the last ones: 3 MB; a step takes about ten. */
const kept = 1 << 17;

const headerBytes = 256;
const hostBytes = headerBytes - 8;
const word = { count: 0, hostBytes: 1 } as const;

/**
 * The spans of one rank in memory that never grows: a ring. It is shared memory where there is such, so that the thread that writes the file
 * has what a rank recorded until its last moment, however that came.
 */
export class SpanRing implements Timeline {
  readonly isOn = true;
  readonly buffer: ArrayBufferLike;
  readonly #words: Int32Array;
  readonly #begins: Float64Array;
  readonly #ends: Float64Array;
  readonly #steps: Int32Array;
  readonly #kinds: Int16Array;
  readonly #details: Int16Array;

  constructor(buffer: ArrayBufferLike) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer, 0, headerBytes / 4);
    this.#begins = new Float64Array(buffer, headerBytes, kept);
    this.#ends = new Float64Array(buffer, headerBytes + 8 * kept, kept);
    this.#steps = new Int32Array(buffer, headerBytes + 16 * kept, kept);
    this.#kinds = new Int16Array(buffer, headerBytes + 20 * kept, kept);
    this.#details = new Int16Array(buffer, headerBytes + 22 * kept, kept);
  }

  static readonly bytes = headerBytes + 24 * kept;

  /** @param host of the rank that will record */
  static create(host: string): SpanRing {
    const ring = new SpanRing(sharedBuffer(SpanRing.bytes));
    const name = new TextEncoder().encode(host).subarray(0, hostBytes);
    new Uint8Array(ring.buffer, 8, hostBytes).set(name);
    ring.#words[word.hostBytes] = name.length;
    return ring;
  }

  now(): number {
    return performance.now();
  }

  add(kind: SpanKind, step: number, begin: number, detail = -1, end = performance.now()): void {
    const count = this.#words[word.count];
    const place = count % kept;
    // Every thread and every process has a clock of its own; the epoch is common.
    this.#begins[place] = performance.timeOrigin + begin;
    this.#ends[place] = performance.timeOrigin + end;
    this.#steps[place] = step;
    this.#kinds[place] = spanKinds.indexOf(kind);
    this.#details[place] = detail;
    Atomics.store(this.#words, word.count, count + 1);
  }

  get host(): string {
    const bytes = new Uint8Array(this.buffer, 8, this.#words[word.hostBytes]).slice();
    return new TextDecoder().decode(bytes);
  }

  /** Spans that are no longer there. */
  get dropped(): number {
    return Math.max(0, Atomics.load(this.#words, word.count) - kept);
  }

  /** The spans, in the order in which they ended. */
  *spans(): Generator<Span> {
    const count = Atomics.load(this.#words, word.count);
    for (let i = Math.max(0, count - kept); i < count; i++) {
      const place = i % kept;
      yield {
        kind: spanKinds[this.#kinds[place]],
        step: this.#steps[place],
        detail: this.#details[place],
        begin: this.#begins[place],
        end: this.#ends[place],
      };
    }
  }
}
