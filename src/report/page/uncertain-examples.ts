import type { UncertainExamples } from '../run/details.ts';
import type { EvaluationRecord } from '../run/records.ts';
import { shortNumber } from './figures.ts';
import { escape, table } from './html.ts';

const meanings = {
  epistemic: [
    'Most epistemic uncertainty',
    'the draws of the weights contradict each other: more examples like these would settle it.',
  ],
  aleatoric: [
    'Most aleatoric uncertainty',
    'the draws agree that it is open: a person may not know either, and more examples would not help.',
  ],
} as const;

/** The test examples that a run knows least of: pictures where they are some, else their places in a table. */
export function uncertainExamples({ step }: EvaluationRecord, kinds: UncertainExamples): string[] {
  return kinds.flatMap(({ kind, examples }) => {
    if (examples.length === 0) return [];
    const [title, meaning] = meanings[kind];
    const note = `${title} after step ${step}: ${meaning}`;
    // one noise for all: none is more uncertain than others
    if (examples.length > 1 && areAlike(examples)) return [`<p class="notes">${escape(alike(kind, step))}</p>`];
    const isOfPictures = examples.every(({ picture }) => picture !== undefined);
    return isOfPictures ? [gallery(note, examples)] : [`<p class="notes">${escape(note)}</p>`, listed(examples)];
  });
}

/** These are the most uncertain ones, in order: where the last is as uncertain as the first there is no order. */
function areAlike(examples: Examples): boolean {
  const [first, last] = [examples[0]!.value, examples.at(-1)!.value];
  return Math.abs(first - last) <= 1e-6 * Math.abs(first);
}

function alike(kind: keyof typeof meanings, step: number): string {
  return (
    `${meanings[kind][0]} after step ${step}: it is the same for all that have most of it, ` +
    'as where a likelihood has one noise for all; none is listed.'
  );
}

type Examples = UncertainExamples[number]['examples'];

function gallery(note: string, examples: Examples): string {
  const shown = examples.map(({ row, truth, predicted, probability = 0, picture, value }) => {
    const said = `${predicted} (${probability.toFixed(2)})`;
    const alt = `test image ${row}: ${truth}, taken for ${predicted}, uncertainty ${shortNumber(value)} nats`;
    return (
      `<li><img src="data:image/png;base64,${picture}" alt="${escape(alt)}" title="${escape(alt)}">` +
      `<span>is ${escape(truth)}</span><span>says ${escape(said)}</span></li>`
    );
  });
  return `<figure><ul class="gallery">${shown.join('\n')}</ul><figcaption>${escape(note)}</figcaption></figure>`;
}

function listed(examples: Examples): string {
  const areClasses = examples.some(({ probability }) => probability !== undefined);
  const head = ['row of the test set', 'truth', 'predicted', ...(areClasses ? ['probability'] : []), 'uncertainty'];
  const rows = examples.map(({ row, truth, predicted, probability, value }) => [
    ...[`${row}`, truth, predicted, ...(areClasses ? [(probability ?? 0).toFixed(4)] : [])],
    shortNumber(value),
  ]);
  return table(head, rows);
}
