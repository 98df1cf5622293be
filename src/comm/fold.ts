/** Elements that are summed at a time: the partial sums of one chunk stay in the first cache. */
const chunk = 2048;

/**
 * Sums arrays in the order that `merges` lays down, as a stack machine: each part is pushed, then the two topmost
 * become their sum as often as `merges` says. Float32 in, float32 out at every step, so the result depends on the order
 * alone, not on how the elements are cut into ranges.
 */
export class Fold {
  readonly #parts: readonly Float32Array[];
  readonly #merges: readonly number[];
  readonly #out: Float32Array;
  readonly #last: number;
  readonly #scratch: Float32Array;
  readonly #stack: Float32Array[];
  readonly #offsets: Int32Array;

  /** @param parts of all ranks, in their order; `out` may be one of them */
  constructor(parts: readonly Float32Array[], merges: readonly number[], out: Float32Array) {
    let depth = 0;
    let deepest = 0;
    for (const merge of merges) {
      depth++;
      deepest = Math.max(deepest, depth);
      depth -= merge;
    }
    if (parts.length !== merges.length || depth !== 1) throw new Error('a fold must leave one sum');
    this.#parts = parts;
    this.#merges = merges;
    this.#out = out;
    this.#last = merges.reduce((sum, merge) => sum + merge, 0);
    this.#scratch = new Float32Array(deepest * chunk);
    this.#stack = Array.from({ length: deepest }, () => this.#scratch);
    this.#offsets = new Int32Array(deepest);
  }

  /** Sums the elements from `begin` up to `end`. */
  run(begin: number, end: number): void {
    if (this.#last === 0) {
      if (this.#parts[0] !== this.#out) copy(this.#out, this.#parts[0], begin, end);
    } else if (this.#parts.length === 2) {
      add(this.#out, begin, this.#parts[0], begin, this.#parts[1], begin, end - begin);
    } else {
      for (let at = begin; at < end; at += chunk) this.#sumChunk(at, Math.min(chunk, end - at));
    }
  }

  #sumChunk(at: number, count: number): void {
    const stack = this.#stack;
    const offsets = this.#offsets;
    let top = 0;
    let done = 0;
    for (let i = 0; i < this.#parts.length; i++) {
      stack[top] = this.#parts[i];
      offsets[top] = at;
      top++;
      for (let m = this.#merges[i]; m > 0; m--) {
        const left = top - 2;
        const right = top - 1;
        const isLast = ++done === this.#last;
        const target = isLast ? this.#out : this.#scratch;
        const offset = isLast ? at : left * chunk;
        add(target, offset, stack[left], offsets[left], stack[right], offsets[right], count);
        stack[left] = target;
        offsets[left] = offset;
        top--;
      }
    }
  }
}

/** The order of an ordinary sum over `count` parts: each is added to the sum of those before it. */
export function leftToRight(count: number): number[] {
  return Array.from({ length: count }, (_, i) => (i === 0 ? 0 : 1));
}

function add(
  target: Float32Array,
  to: number,
  a: Float32Array,
  fromA: number,
  b: Float32Array,
  fromB: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) target[to + i] = a[fromA + i] + b[fromB + i];
}

function copy(target: Float32Array, source: Float32Array, begin: number, end: number): void {
  for (let i = begin; i < end; i++) target[i] = source[i];
}
