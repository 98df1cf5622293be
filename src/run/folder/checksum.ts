/**
 * A line of JSON carries a checksum of what stands in front of it, so that an edited line is known: CRC-32 in eight digits. What
 * differs from one run of a seed to the next, times, stands behind it.
 */
import { crc32 } from 'node:zlib';

/** @param varying keys that the checksum does not watch */
export function checkedLine(record: object, varying: object = {}): string {
  const body = JSON.stringify(record).slice(0, -1);
  const rest = JSON.stringify(varying).slice(1);
  return `${body}${body === '{' ? '' : ','}"checksum":"${digest(body)}"${rest === '}' ? '' : ','}${rest}`;
}

/** Whether a line is as it was written; null: it is of an earlier version, which wrote no checksum. */
export function isAsWritten(line: string): boolean | null {
  const at = line.indexOf('"checksum":"');
  if (at < 0) return null;
  const body = line.slice(0, at).replace(/,$/, '');
  return line.slice(at + 12, at + 20) === digest(body) && line[at + 20] === '"';
}

function digest(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
