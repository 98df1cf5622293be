/**
 * Holds the boundaries of the rooms (.dependency-cruiser.mjs). A check that reads no file finds no fault, so this one
 * also fails when it saw fewer modules than there are files.
 *
 * npx tsx scripts/check-rooms.ts [FOLDER], the repository unless given.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The part of dependency-cruiser's JSON report that is read here. */
interface Report {
  modules: { source: string }[];
  summary: {
    violations: { rule: { name: string }; from: string; to: string; cycle?: { name: string }[]; comment?: string }[];
  };
}

const house = join(import.meta.dirname, '..');
const root = resolve(process.argv[2] ?? house);

// A process of its own: dependency-cruiser does not find its parser when tsx translates its imports.
const { stdout, stderr } = spawnSync(
  process.execPath,
  [
    join(house, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
    '--config',
    join(house, '.dependency-cruiser.mjs'),
    '--output-type',
    'json',
    'src',
  ],
  { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28, env: { ...process.env, NODE_OPTIONS: '' } },
);
if (!stdout.startsWith('{')) {
  console.error(stderr || stdout);
  process.exit(1);
}
const { modules, summary } = JSON.parse(stdout) as Report;

for (const { rule, from, to, cycle, comment } of summary.violations) {
  const way = cycle ? [from, ...cycle.map(({ name }) => name)].join(' -> ') : `${from} -> ${to}`;
  console.error(`${rule.name}: ${way}${comment ? ` (${comment})` : ''}`);
}

const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.startsWith(join('kernels', 'wasm', 'assembly')),
);
const seen = modules.filter(({ source }) => source.startsWith('src/')).length;
const blind = seen === 0 || seen < files.length;
if (blind) console.error(`saw ${seen} of ${files.length} files of src: the check itself is broken`);
console.log(`${seen} modules, ${summary.violations.length} violations`);
process.exitCode = summary.violations.length > 0 || blind ? 1 : 0;
