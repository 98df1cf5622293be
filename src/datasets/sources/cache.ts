import { homedir } from 'node:os';
import { UnavailableError } from '../../errors/index.ts';
import { isAbsolute, join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The user's folder for what can be fetched again: CREDENCE_CACHE, else XDG_CACHE_HOME/credence, else the platform's
 * (~/Library/Caches, %LOCALAPPDATA%, ~/.cache). Not created.
 * @throws UnavailableError where none of them is set and there is no home, as in containers whose user has no name
 */
export function cacheFolder(
  environment: Environment = process.env,
  platform: string = process.platform,
  home: () => string = homedir,
): string {
  const { CREDENCE_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = environment;
  if (CREDENCE_CACHE) return CREDENCE_CACHE;
  // The XDG base directory specification has relative paths ignored.
  if (XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, 'credence');
  if (platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'credence');
  const folder = platform === 'darwin' ? join('Library', 'Caches') : '.cache';
  return join(homeOf(home), folder, 'credence');
}

function homeOf(home: () => string): string {
  let folder = '';
  try {
    folder = home();
  } catch {
    // a user whom the system does not know
  }
  if (folder !== '') return folder;
  throw new UnavailableError('there is no folder for what is fetched', {
    got: 'no home folder: HOME is not set',
    remedy: 'Set CREDENCE_CACHE to a folder that may be written',
  });
}
