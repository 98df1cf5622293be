/**
 * The last line of a run folder's config.yaml: a sha256 of the settings above, as they are read. A digit that was changed, or
 * an end that is missing, is known by it; comments may change.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { parse } from 'yaml';
import { RunFolderError, commandOf } from '../../errors/index.ts';
import { readRegular } from '../files/regular.ts';
import { isAsWritten } from './checksum.ts';

const mark = '# sha256 of these settings: ';

/** @param text YAML, a mapping */
export function sealed(text: string): string {
  return `${text}${mark}${digestOf(parse(text, { uniqueKeys: false }))}\n`;
}

/** Whether a text says what its settings' sha256 is; those of earlier versions do not. */
export function hasSeal(text: string): boolean {
  return text.includes(`\n${mark}`);
}

/** The sha256 that a text ends with; null: it has none, as those of earlier versions. */
function sealOf(text: string): string | null {
  const found = new RegExp(`^${mark}([0-9a-f]{64})$`, 'm').exec(text);
  return found?.[1] ?? null;
}

/**
 * @param text a config.yaml
 * @param isSealed whether it must have a seal; else one of an earlier version may be without
 * @throws RunFolderError where it is not as credence wrote it
 */
export function assertSealed(
  text: string,
  { path, run, isSealed }: { readonly path: string; readonly run: string; readonly isSealed: boolean },
): void {
  const seal = sealOf(text);
  if (seal === null && !isSealed) return;
  const own = seal === null ? null : attempt(() => digestOf(parse(text, { uniqueKeys: false })));
  if (own !== null && seal === own) return;
  throw new RunFolderError(`${path} is not as credence wrote it`, {
    got:
      seal === null
        ? 'a file without its last line, the sha256 of its settings'
        : `settings of sha256 ${own ?? 'that cannot be read'}`,
    expected: seal === null ? 'the whole file' : `those of sha256 ${seal}`,
    remedy:
      `Put it back as it was. What a run goes on with differently is given by flags: ${commandOf('train', '--resume', [run])}; ` +
      `with these settings a new run can begin: ${commandOf('train', [path], '--out', 'DIR')}`,
  });
}

/** Whether a run is of a version that seals: a run that began says so, whatever has become of its config.yaml. */
export function isSealedRun(run: string): boolean {
  const text = attempt(() => readRegular(join(run, 'starts.jsonl')).toString('utf8'));
  return text !== null && isAsWritten(text.split('\n', 1)[0] ?? '') !== null;
}

function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}

function digestOf(values: unknown): string {
  return createHash('sha256').update(canonical(values)).digest('hex');
}

/** JSON with the keys of every mapping in order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
}
