import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { built } from './process.ts';

const hooks = `
import { writeSync } from 'node:fs';
export async function load(url, context, next) {
  writeSync(2, 'loads ' + url + '\\n');
  return next(url, context);
}`;
const dataUrl = (source: string) => `data:text/javascript,${encodeURIComponent(source)}`;
const listening = dataUrl(`import { register } from 'node:module'; register(${JSON.stringify(dataUrl(hooks))});`);

/** Sources of what the built command loads, by their source maps, and packages' files: without what is above src/ or node_modules/. */
function loadedBy(...words: string[]): string[] {
  const { stderr, status } = spawnSync(process.execPath, ['--import', listening, built, ...words], {
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  const files = [...stderr.matchAll(/^loads (file:.*)$/gm)].map(([, url]) => fileURLToPath(url!));
  return files.flatMap((path) => (path.includes('node_modules') ? path : sourcesOf(path))).map(withoutFolders);
}

function sourcesOf(path: string): string[] {
  return (JSON.parse(readFileSync(`${path}.map`, 'utf8')) as { sources: string[] }).sources;
}

function withoutFolders(path: string): string {
  return path.replaceAll('\\', '/').replace(/^.*?\/(?=(src|node_modules)\/)/, '');
}

it.each(['--help', '--version', 'doctor --help', 'launch --help'])(
  'credence %s loads no package but commander, and of the rooms the errors only',
  (line) => {
    const loaded = loadedBy(...line.split(' '));
    expect(loaded).toContain('src/cli/command-line.ts');
    const others = loaded.filter((path) => !/^src\/(cli|errors)\/|^node_modules\/commander\//.test(path));
    expect(others).toEqual([]);
  },
);

it('what a command needs is loaded for its words', () => {
  expect(loadedBy('train', '--help')).toContain('src/train/settings.ts');
});
