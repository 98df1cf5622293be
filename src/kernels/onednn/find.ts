import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

const names: Readonly<Record<string, readonly string[]>> = {
  darwin: ['libdnnl.3.dylib'],
  win32: ['dnnl.dll'],
};

/**
 * Where to look for oneDNN, the likeliest first: what CREDENCE_ONEDNN names and nothing else; otherwise what the loader
 * finds by itself, conda, the Python that is in front on the path (pip puts the library into its lib folder; Python is
 * not started for that), Homebrew.
 */
export function onednnLibraries(env: Environment, platform: string = process.platform): string[] {
  if (env.CREDENCE_ONEDNN) return [env.CREDENCE_ONEDNN];
  const files = names[platform] ?? ['libdnnl.so.3'];
  const folders = [env.CONDA_PREFIX, env.VIRTUAL_ENV, ...pythonPrefixes(env), env.HOME && join(env.HOME, '.local')]
    .filter((prefix) => prefix !== undefined && prefix !== '')
    .map((prefix) => join(prefix!, platform === 'win32' ? 'Library/bin' : 'lib'));
  const all = [...new Set([...folders, '/usr/local/lib', '/opt/homebrew/lib'])];
  return [...files, ...all.flatMap((folder) => files.map((file) => join(folder, file)))];
}

/** sys.prefix of the Pythons on the path: the folder above the one that the program really lies in, or pyenv's versions. */
function pythonPrefixes(env: Environment): string[] {
  const prefixes: string[] = [];
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    const program = join(folder, 'python3');
    if (!existsSync(program)) continue;
    // the folder as it is named is that of a virtual environment, whose python3 is a link to another Python
    prefixes.push(dirname(folder), dirname(dirname(realpathSync(program))));
  }
  const { PYENV_ROOT: pyenv = env.HOME && join(env.HOME, '.pyenv') } = env;
  if (pyenv) prefixes.push(...pyenvVersions(pyenv, env.PYENV_VERSION).map((name) => join(pyenv, 'versions', name)));
  return prefixes;
}

/** The chosen version in front of the others. */
function pyenvVersions(root: string, chosen: string | undefined): string[] {
  try {
    const all = readdirSync(join(root, 'versions'));
    const first = chosen ?? readFileSync(join(root, 'version'), 'utf8').trim();
    return [first, ...all.filter((name) => name !== first)];
  } catch {
    return []; // no pyenv here
  }
}
