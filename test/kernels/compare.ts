import type { Expectation } from './case.ts';
import type { TestTensor } from './generate.ts';

/** The first element that is not as expected, in words; null when all are. */
export function firstDifference(got: TestTensor, expected: TestTensor, expectation: Expectation): string | null {
  for (let i = 0; i < expected.data.length; i++) {
    const [a, b] = [got.data[i], expected.data[i]];
    const allowed = allowedDifference(expectation, i, b);
    if (allowed === null || agree(a, b, allowed)) continue;
    const limit = allowed === 0 ? 'exactly' : `within ${allowed.toPrecision(3)}`;
    return `element ${i} of ${expected.data.length} is ${a}, expected ${b} ${limit}`;
  }
  return null;
}

/** null: anything goes. */
function allowedDifference(expectation: Expectation, i: number, expected: number): number | null {
  if (expectation === 'exact') return 0;
  if (expectation === 'nan') return Number.isNaN(expected) ? 0 : null;
  return expectation.relative * expectation.magnitude[i] + expectation.absolute;
}

/** 0 and -0 agree; NaN agrees with NaN, an infinity with itself alone. */
function agree(a: number, b: number, allowed: number): boolean {
  if (Number.isNaN(b)) return Number.isNaN(a);
  if (!Number.isFinite(b)) return a === b;
  return Math.abs(a - b) <= allowed;
}
