import type { Span, SpanKind, SpanRing } from '../../train/index.ts';

/**
 * Spans of all ranks as a Chrome trace (Trace Event Format, complete events), which Perfetto and chrome://tracing open: a
 * process per rank, in it a row for what the rank does, whose spans nest, and a row for each bucket that is on its way.
 * @param rings by rank; null where nothing is known of a rank
 * @returns the JSON text in pieces
 */
export function* chromeTrace(rings: readonly (SpanRing | null)[]): Generator<string> {
  let base = Number.POSITIVE_INFINITY;
  for (const ring of rings) for (const { begin } of ring?.spans() ?? []) base = Math.min(base, begin);
  yield '{"displayTimeUnit":"ms","traceEvents":[';
  let separator = '\n';
  for (const [rank, ring] of rings.entries()) {
    if (ring === null) continue;
    for (const event of eventsOf(ring, rank, base)) {
      yield `${separator}${JSON.stringify(event)}`;
      separator = ',\n';
    }
  }
  const missing = rings.flatMap((ring, rank) => (ring === null ? [rank] : []));
  const dropped = rings.map((ring) => ring?.dropped ?? 0);
  yield `\n],"otherData":${JSON.stringify({ ranks: rings.length, missingRanks: missing, droppedSpans: dropped })}}\n`;
}

/** The row of what a rank does; behind it, one for each bucket. */
const training = 0;

function* eventsOf(ring: SpanRing, rank: number, base: number): Generator<object> {
  const spans = [...ring.spans()];
  const buckets = spans.reduce((most, span) => (span.kind === 'reduce' ? Math.max(most, span.detail + 1) : most), 0);
  const meta = (name: string, tid: number, args: object) => ({ name, ph: 'M', pid: rank, tid, args });
  yield meta('process_name', training, { name: `rank ${rank} on ${ring.host}` });
  yield meta('process_sort_index', training, { sort_index: rank });
  yield meta('thread_name', training, { name: 'training' });
  for (let bucket = 0; bucket < buckets; bucket++) {
    yield meta('thread_name', 1 + bucket, { name: `gradient bucket ${bucket}` });
  }
  // What encloses others ends behind them, and comes before them here.
  spans.sort((a, b) => a.begin - b.begin || b.end - a.end);
  for (const span of spans) yield eventOf(span, rank, base);
}

/** The unit that a span's number counts. */
const details: Partial<Readonly<Record<SpanKind, string>>> = { data: 'unit', compute: 'unit', reduce: 'bucket' };

function eventOf({ kind, step, detail, begin, end }: Span, rank: number, base: number): object {
  // Whole nanoseconds, so that what is nested stays nested.
  const from = Math.round(1e6 * (begin - base));
  const to = Math.round(1e6 * (end - base));
  const what = details[kind];
  return {
    name: kind === 'reduce' ? `reduce bucket ${detail}` : kind,
    cat: kind === 'reduce' ? 'communication' : 'training',
    ph: 'X',
    ts: from / 1000,
    dur: (to - from) / 1000,
    pid: rank,
    tid: kind === 'reduce' ? 1 + detail : training,
    args: what === undefined || detail < 0 ? { step } : { step, [what]: detail },
  };
}
