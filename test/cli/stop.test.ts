import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { listenForSignals } from '../../src/cli/stop.ts';

const before = { SIGINT: process.listenerCount('SIGINT'), SIGTERM: process.listenerCount('SIGTERM') };

function listening(): number[] {
  return (['SIGINT', 'SIGTERM'] as const).map((signal) => process.listenerCount(signal) - before[signal]);
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it('is asked for by the first signal; another right behind it is the same one, a later one is left to the system', () => {
  const told: string[] = [];
  const stop = listenForSignals('training', (text) => told.push(text));
  expect(stop.requested).toBeNull();
  process.emit('SIGINT', 'SIGINT');
  process.emit('SIGTERM', 'SIGTERM');
  expect(stop.requested).toBe('SIGINT');
  expect(told).toEqual(['SIGINT: a checkpoint, then the end; once more to end at once']);
  vi.advanceTimersByTime(499);
  expect(listening()).toEqual([1, 1]);
  vi.advanceTimersByTime(1);
  expect(listening()).toEqual([0, 0]);
});

it('is listened for until it is released', () => {
  const stop = listenForSignals('training', () => {});
  expect(listening()).toEqual([1, 1]);
  stop.release();
  expect(listening()).toEqual([0, 0]);
});
