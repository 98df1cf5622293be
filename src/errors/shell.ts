/** A word as a POSIX shell reads it back, whatever is in it. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export function quoteAll(words: readonly string[]): string {
  return words.map(quote).join(' ');
}

/**
 * A command of credence to paste: words are taken as they are, and each path that a user gave is marked by being in a list
 * of its own, so that one that begins with a dash is not taken for a flag.
 */
export function commandOf(...words: readonly (string | readonly [path: string])[]): string {
  return quoteAll(['credence', ...words.map((word) => (typeof word === 'string' ? word : asPath(word[0])))]);
}

function asPath(path: string): string {
  return path.startsWith('-') ? `./${path}` : path;
}
