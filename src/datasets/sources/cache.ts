import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The user's folder for what can be fetched again: CREDENCE_CACHE, else XDG_CACHE_HOME/credence, else the platform's
 * (~/Library/Caches, %LOCALAPPDATA%, ~/.cache). Not created.
 */
export function cacheFolder(
  environment: Environment = process.env,
  platform: string = process.platform,
  home: string = homedir(),
): string {
  const { CREDENCE_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = environment;
  if (CREDENCE_CACHE) return CREDENCE_CACHE;
  // The XDG base directory specification has relative paths ignored.
  if (XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, 'credence');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'credence');
  if (platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'credence');
  return join(home, '.cache', 'credence');
}
