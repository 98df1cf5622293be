import { UsageError } from '../errors/index.ts';
import { type RunConfiguration, scheduleOf } from '../train/index.ts';

/**
 * A run may go on longer than it was meant to, never shorter.
 * @param count examples in the training set
 * @throws UsageError with both numbers of steps
 */
export function assertLonger(stored: RunConfiguration, wanted: RunConfiguration, count: number): void {
  const [before, now] = [stored, wanted].map((configuration) => scheduleOf(configuration, count).totalSteps);
  if (now >= before) return;
  throw new UsageError('a resumed run cannot be made shorter', {
    got: `${now} steps`,
    expected: `at least ${before}`,
    remedy: 'Leave --iteration and --epochs away, or raise them',
  });
}
