import { UsageError } from '../errors/index.ts';
import type { RunConfiguration } from '../train/index.ts';

/**
 * Of data whose parts are shares, not files or rows.
 * @param of the data, for messages
 * @throws UsageError
 */
export function shareOf(
  part: 'validation' | 'test',
  given: RunConfiguration['data']['test'],
  of: string,
  expected = 'a share, such as 0.1',
): number {
  if (typeof given === 'number') return given;
  throw new UsageError(`data.${part} of ${of}`, { got: String(given), expected });
}
