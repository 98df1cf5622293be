import { UsageError } from '../../errors/index.ts';
import { type Flag, display, parseBoolean } from '../configuration/index.ts';

/** A flag that is True or False; alone it is True. */
export function booleanOf({ value, label }: Flag): boolean {
  const result = value === '' ? true : parseBoolean(value);
  if (result === null) throw new UsageError(label, { got: display(value), expected: 'True or False' });
  return result;
}
