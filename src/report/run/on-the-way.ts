/** How a run did on what it holds out, as its training went on. */
import type { EvaluationRecord } from './records.ts';

export interface OnTheWay {
  /** of which part all of them are */
  readonly of: 'test' | 'validation';
  /** one for each step, in their order: of several that with the most draws */
  readonly evaluations: readonly EvaluationRecord[];
}

/** Those of the validation part, where there are two; else of the test set. null: one moment or none is no curve. */
export function onTheWay(all: readonly EvaluationRecord[]): OnTheWay | null {
  for (const part of ['validation', 'test'] as const) {
    const bySteps = new Map<number, EvaluationRecord>();
    for (const one of all.filter((record) => (record.of ?? 'test') === part)) {
      const other = bySteps.get(one.step);
      if (other === undefined || one.draws >= other.draws) bySteps.set(one.step, one);
    }
    const evaluations = [...bySteps.values()].toSorted((a, b) => a.step - b.step);
    if (evaluations.length > 1) return { of: part, evaluations };
  }
  return null;
}
