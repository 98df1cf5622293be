import { UsageError, isPrintable, printable } from '../errors/index.ts';

/**
 * What goes into a script, or to a program that starts ranks, is text that can be seen: a line break in a name would end a
 * comment of directives, and what stands behind it would run.
 * @param what it is, for the message
 * @throws UsageError for a control character, a line separator or a mark of direction
 */
export function assertPlain(text: string, what: string): string {
  if (isPrintable(text)) return text;
  throw new UsageError(`${what} has a character that cannot be seen`, {
    got: printable(text),
    expected: 'letters, digits, blanks and marks',
    remedy: 'Rename it, or go to another folder',
  });
}

/**
 * A program's name, which follows the flags of what starts it.
 * @throws UsageError for one that would be taken for a flag
 */
export function assertProgram(word: string | undefined, what: string): void {
  if (word !== undefined && word !== '' && !word.startsWith('-')) return;
  throw new UsageError(what, {
    got: printable(word ?? '') || 'nothing',
    expected: 'a program, without a dash in front',
  });
}

/**
 * A path within a line of directives, where each batch system has quotes and substitutions of its own.
 * @returns null for one with a mark that one of them gives a meaning to: it is to be written where a shell reads it
 */
export function directivePath(path: string): string | null {
  return /['"\\$`^*?[\]{}<>|;&!#~()%]/.test(path) ? null : / /.test(path) ? `'${path}'` : path;
}
