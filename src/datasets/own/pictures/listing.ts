/** What lies in a folder, and what people are told of that which is not read. */
import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { DataError } from '../../../errors/index.ts';
import { fileError } from '../../readers/bytes.ts';
import { pictureEndings } from './picture.ts';

type Warn = (line: string) => void;

/** Where it is said what happened, and whether what is bad ends it. */
export interface Tolerance {
  readonly onWarning?: Warn;
  /** refuse all where one is bad; default: where nobody would be told */
  readonly strict?: boolean;
}

export function isStrict({ strict, onWarning }: Tolerance): boolean {
  return strict ?? onWarning === undefined;
}

export interface LeftOut {
  /** the file */
  readonly name: string;
  /** an error's message, one line */
  readonly reason: string;
}

export interface Listing {
  /** paths */
  readonly pictures: readonly string[];
  /** names */
  readonly folders: readonly string[];
  /** paths of files that are no pictures by their names */
  readonly others: readonly string[];
}

/** What systems put into every folder, hidden files beside. */
const ofSystems: ReadonlySet<string> = new Set(['thumbs.db', 'ehthumbs.db', 'desktop.ini', '__macosx', 'icon\r']);

/** Without hidden ones and those of systems, by their names' code units. */
export function listingOf(folder: string): Listing {
  let entries: readonly { readonly name: string; readonly isFolder: boolean }[];
  try {
    entries = readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => !name.startsWith('.') && !ofSystems.has(name.toLowerCase()))
      .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() || leadsToFolder(folder, entry) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    throw fileError(folder, cause);
  }
  const files = entries.filter((entry) => !entry.isFolder).map((entry) => join(folder, entry.name));
  const isPicture = (path: string): boolean => pictureEndings.has(extname(path).toLowerCase());
  return {
    pictures: files.filter(isPicture),
    folders: entries.filter((entry) => entry.isFolder).map((entry) => entry.name),
    others: files.filter((path) => !isPicture(path)),
  };
}

function leadsToFolder(folder: string, entry: { readonly name: string; isSymbolicLink(): boolean }): boolean {
  return (
    entry.isSymbolicLink() && (statSync(join(folder, entry.name), { throwIfNoEntry: false })?.isDirectory() ?? false)
  );
}

/** So many files are named. */
const named = 5;

export function tellUnused(folder: string, paths: readonly string[], warn?: Warn): void {
  if (paths.length === 0) return;
  const inside = paths.map((path) => path.slice(folder.length).replace(/^[/\\]+/, ''));
  warn?.(`${folder}: ${paths.length === 1 ? '1 file' : `${paths.length} files`} not used: ${listed(inside, ', ')}`);
}

/** @param total of what is read, the bad ones included */
export function tellLeftOut(leftOut: readonly LeftOut[], total: number, unit: string, warn?: Warn): void {
  if (leftOut.length === 0) return;
  const reasons = listed(
    leftOut.map(({ reason }) => reason),
    '; ',
  );
  warn?.(`${leftOut.length} of ${total} ${unit} left out (--strict refuses them): ${reasons}`);
}

function listed(texts: readonly string[], between: string): string {
  const more = texts.length - named;
  return texts.slice(0, named).join(between) + (more > 0 ? ` and ${more} more` : '');
}

/**
 * What `read` gives, or why there is nothing.
 * @throws what is thrown that is no fault of the file; a fault too, where that is wanted
 */
export async function attempt<T>(name: string, read: () => Promise<T> | T, strict: boolean): Promise<T | LeftOut> {
  try {
    return await read();
  } catch (error) {
    if (strict || !(error instanceof DataError)) throw error;
    return { name, reason: error.message };
  }
}
