/** What a caller may hand over in place of what the types say: looked at, so that the error is one of ours. */

/** A value in a few words, for messages: `undefined`, `NaN`, `-1.5`, `"text"`, `12 values`, `an object`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return `${value}`;
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return `${value}`;
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return `${(value as unknown as ArrayLike<unknown>).length} values`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Whether it holds numbers side by side: an array or a typed array, but for one of 64-bit integers. */
export function isNumbers(value: unknown): value is ArrayLike<number> {
  if (ArrayBuffer.isView(value)) {
    return !(value instanceof DataView || value instanceof BigInt64Array || value instanceof BigUint64Array);
  }
  return Array.isArray(value) && value.every((element) => typeof element === 'number');
}

/** Whether it is something with properties: options, a model, examples. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

export function isWhole(value: unknown, least: number, most: number = Number.MAX_SAFE_INTEGER): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

/** Place of the first NaN or infinity among the first `count`; -1: there is none. */
export function firstNotFinite(values: ArrayLike<number>, count: number = values.length): number {
  for (let i = 0; i < count; i++) if (!Number.isFinite(values[i])) return i;
  return -1;
}
