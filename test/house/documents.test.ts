import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const house = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(house, file), 'utf8');
const documents = ['.', 'docs', 'docs/tutorial'].flatMap((folder) =>
  readdirSync(join(house, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file)),
);

describe.each(documents)('%s', (document) => {
  test('leads only to files that are there', () => {
    const text = read(document);
    const prose = text.replaceAll(/^```.*?^```/gms, '');
    const links = [...prose.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target]) => join(dirname(document), target!));
    const paths = [...text.matchAll(/`((?:src|test|scripts|docs|bench)\/[^`\s<*]*)`/g)].map(([, path]) => path!);
    const nowhere = [...links, ...paths].filter((path) => !existsSync(join(house, path)));
    expect(nowhere).toEqual([]);
  });

  test('names only scripts that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...read(document).matchAll(/npm run ([a-z:]*[a-z])/g)].map(([, script]) => script!);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});

test('docs/architecture.md describes every room of src', () => {
  const rooms = readdirSync(join(house, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const described = [...read('docs/architecture.md').matchAll(/^\| `([a-z]+)\/` \|/gm)].map(([, room]) => room!);
  expect(described.toSorted()).toEqual(rooms.map(({ name }) => name).toSorted());
});

test('docs/cli.md is what the built command says of itself', () => {
  const script = join(house, 'scripts/cli-reference.ts');
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', script, '--check'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
