export { SpanRing, type Timeline, noTimeline } from './spans.ts';
export { TraceFile, leaveSpans } from './trace-file.ts';
