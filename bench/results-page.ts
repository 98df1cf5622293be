import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Puts a text between the two marks that bench/RESULTS.md has for it. */
export function writeBetween(mark: string, text: string): void {
  const page = join(import.meta.dirname, 'RESULTS.md');
  const [open, close] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`];
  const all = readFileSync(page, 'utf8');
  const [start, end] = [all.indexOf(open), all.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`${page} has no place for the table: ${open} ... ${close}`);
  writeFileSync(page, `${all.slice(0, start + open.length)}\n\n${text}\n${all.slice(end)}`);
}
