import { afterEach, expect, it, vi } from 'vitest';
import { WaitClock } from '../../src/comm/wait-clock.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('counts what passes between looks, and a second at most of a pause', () => {
  let now = 5000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const clock = new WaitClock();
  now += 300;
  expect(clock.look()).toBe(300);
  now += 40_000;
  expect(clock.look()).toBe(1300);
  now += 200;
  expect(clock.look()).toBe(1500);
  clock.restart();
  now += 10;
  expect(clock.look()).toBe(10);
});
