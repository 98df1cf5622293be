/** How far a run is, told from a few kilobytes of its folder: cheap enough for every second. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { keptStarts } from '../report/index.ts';
import { mayBeHeld, readEnd } from '../run/index.ts';
import { medianAfterWarmup } from '../train/index.ts';

/** What the line at the head of the page tells. */
export interface Progress {
  /** what a screen reader is told, and so changes seldom: `training, 40 %` */
  readonly state: string;
  /** all else, which may change every second */
  readonly detail: string;
  /** of the steps; null: nobody knows how many there will be */
  readonly share: number | null;
  /** whether somebody is at work */
  readonly isAtWork: boolean;
}

/** Bytes of metrics.jsonl: some 50 lines. */
const end = 2 ** 14;

/** Seconds without a new line after which the page says so. */
const silence = 15;

/** @param now milliseconds since the epoch */
export function progressOf(folder: string, now = Date.now()): Progress {
  const isAtWork = mayBeHeld(folder);
  const total = keptStarts(folder).at(-1)?.totalSteps ?? null;
  const path = join(folder, 'metrics.jsonl');
  const lines = linesAtEnd(path);
  const last = lines.at(-1);
  const step = last?.step ?? 0;
  const share = total === null ? null : Math.min(1, step / total);
  const isDone = total !== null && step >= total;
  if (!isAtWork) {
    const state = isDone ? 'finished' : 'stopped';
    return { state, detail: place(step, total), share, isAtWork };
  }
  if (last === undefined) return { state: 'beginning', detail: '', share, isAtWork };
  const since = (now - lastChange(path)) / 1e3;
  const quiet = since > silence ? [`nothing new for ${clock(since)}`] : [];
  if (isDone) return { state: 'evaluating', detail: [place(step, total), ...quiet].join(' · '), share, isAtWork };
  const rates = lines.slice(-20);
  const left = total === null ? [] : [`${clock((total - step) * medianOf(rates, 'seconds'))} left`];
  const speed = `${Math.round(medianOf(rates, 'samplesPerSecond')).toLocaleString('en-US')} samples/s`;
  return {
    state: share === null ? 'training' : `training, ${10 * Math.floor(10 * share)} %`,
    detail: [place(step, total), ...(quiet.length > 0 ? quiet : [...left, speed])].join(' · '),
    share,
    isAtWork,
  };
}

interface Line {
  readonly step: number;
  readonly seconds: number;
  readonly samplesPerSecond: number;
}

/** Those that are whole; the first may be cut by where the reading began, the last by who writes it. */
function linesAtEnd(path: string): Line[] {
  let text: string;
  try {
    text = readEnd(path, end).toString('utf8');
  } catch {
    return [];
  }
  return text.split('\n').slice(0, -1).flatMap(lineOf);
}

function lineOf(text: string): Line[] {
  try {
    const { step, seconds, samplesPerSecond } = JSON.parse(text) as Line;
    return [step, seconds, samplesPerSecond].every(Number.isFinite) ? [{ step, seconds, samplesPerSecond }] : [];
  } catch {
    return [];
  }
}

function medianOf(lines: readonly Line[], name: 'seconds' | 'samplesPerSecond'): number {
  return medianAfterWarmup(Float64Array.from(lines, (line) => line[name]));
}

function lastChange(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.NaN;
}

function place(step: number, total: number | null): string {
  return total === null ? `step ${step}` : `step ${step.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`;
}

/** 4:05 or 1:02:03 */
function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const twoDigits = (part: number) => `${part}`.padStart(2, '0');
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${twoDigits(rest)}` : `${minutes}:${twoDigits(rest)}`;
}
