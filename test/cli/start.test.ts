import { spawnSync } from 'node:child_process';
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

/** Files that the built command loads, without their folders above dist/ and node_modules/. */
function loadedBy(...words: string[]): string[] {
  const { stderr, status } = spawnSync(process.execPath, ['--import', listening, built, ...words], {
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  const urls = [...stderr.matchAll(/^loads file:.*\/((?:dist|node_modules)\/.*)$/gm)];
  return urls.map(([, path]) => path!);
}

it.each(['--help', '--version', 'doctor --help', 'launch --help'])(
  'credence %s loads no package but commander, and of the rooms the errors only',
  (line) => {
    const loaded = loadedBy(...line.split(' '));
    expect(loaded).toContain('dist/cli/command-line.js');
    const others = loaded.filter((path) => !/^dist\/(cli|errors)\/|^node_modules\/commander\//.test(path));
    expect(others).toEqual([]);
  },
);

it('what a command needs is loaded for its words', () => {
  expect(loadedBy('train', '--help')).toContain('dist/train/settings.js');
});
