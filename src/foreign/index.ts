/** Libraries of other languages, called where they are: through koffi, which is loaded when one is asked for. */
import type koffi from 'koffi';
import { UnavailableError } from '../errors/index.ts';

export type Koffi = typeof koffi;

/**
 * @param what is called through it, with its verb: `oneDNN is`
 * @throws UnavailableError where koffi was left out, or has no binary for this platform
 */
export async function loadKoffi(what: string): Promise<Koffi> {
  try {
    return (await import('koffi')).default;
  } catch (cause) {
    throw new UnavailableError(`${what} called through the package koffi, which cannot be loaded here`, {
      remedy: 'Install credence with its optional dependencies, on a platform that koffi has a binary for',
      cause,
    });
  }
}

/** Why a library was refused: the first line of what koffi says, with the path in it. */
export function whyRefused(path: string, error: unknown): string {
  const reason = (error as Error).message.split('\n')[0]!.replace(/^Failed to load shared library: /, '');
  return reason.includes(path) ? reason : `${path}: ${reason}`;
}
