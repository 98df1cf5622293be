/**
 * Packs the package as it would be published and looks at it as a stranger does: publint and attw read the tarball, then
 * it is installed into an empty folder with an empty home, where the command and the library have to work.
 *
 * npx tsx scripts/check-package.ts [--offline]   --offline leaves the installation out (it fetches the dependencies).
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules/.bin');
const work = mkdtempSync(join(tmpdir(), 'credence-package-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

function run(what: string, command: string, args: readonly string[], options: { cwd: string; home?: string }): string {
  const env = { ...process.env };
  // What `npm run` sets would lead the inner npm back into this repository.
  for (const name of Object.keys(env)) if (/^npm_(package|lifecycle|command|config_local)/.test(name)) delete env[name];
  if (options.home) env.HOME = options.home;
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: options.cwd, env, encoding: 'utf8' });
  if (status === 0) {
    console.log(`ok      ${what}`);
    return stdout;
  }
  console.error(`FAILED  ${what}\n${stdout}${stderr}${error ? String(error) : ''}`);
  process.exit(1);
}

/** The folders beside src/, however they got in; a room of src/ may share a name with one. */
const workshop = /^((src|dist)\/)?(test|bench|scripts)\/|(^|\/)(\.|node_modules\/)|\.tsbuildinfo$/;

/** Nothing of the workshop in the package, and everything that the two ways in need. */
function checkContents(files: readonly string[]): void {
  const stray = files.filter((file) => workshop.test(file));
  const missing = ['dist/index.js', 'dist/index.d.ts', 'dist/cli/main.js', 'README.md', 'LICENSE'].filter(
    (file) => !files.includes(file),
  );
  if (stray.length + missing.length === 0) return;
  console.error(`FAILED  contents: not wanted [${stray.join(' ')}], missing [${missing.join(' ')}]`);
  process.exit(1);
}

const packed = run('npm pack', 'npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', work], {
  cwd: root,
});
const [{ filename, size, files }] = JSON.parse(packed) as [
  { filename: string; size: number; files: { path: string }[] },
];
checkContents(files.map(({ path }) => path));
console.log(`        ${files.length} files, ${(size / 1024).toFixed(0)} KiB packed`);
const tarball = join(work, filename);

run('publint', join(bin, 'publint'), ['run', tarball, '--strict'], { cwd: work });
const attw = [tarball, '--profile', 'esm-only', '--no-definitely-typed', '--no-emoji', '--no-color'];
run('attw', join(bin, 'attw'), attw, { cwd: work });

if (!process.argv.includes('--offline')) {
  const place = { cwd: join(work, 'empty'), home: join(work, 'home') };
  mkdirSync(place.cwd);
  mkdirSync(place.home);
  run('install', 'npm', ['install', '--no-audit', '--no-fund', tarball], place);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const printed = run('credence --version', 'npx', ['credence', '--version'], place).trim();
  if (printed !== version) throw new Error(`credence --version: got ${printed}, expected ${version}`);
  run('credence doctor', 'npx', ['credence', 'doctor'], place);
  writeFileSync(
    join(place.cwd, 'library.mjs'),
    `import { modelNames } from 'credence';\nif (!modelNames.includes('BNN_conv_flip')) process.exit(1);\n`,
  );
  run('import of the library', process.execPath, ['library.mjs'], place);
  // With the types of nothing else installed, not even those of Node.
  writeFileSync(
    join(place.cwd, 'library.mts'),
    `import { type RunConfiguration, Trainer, type TrainingOptions, defaultConfiguration } from 'credence';
export const configuration: RunConfiguration = { ...defaultConfiguration, seed: 7 };
export const trainer = (options: TrainingOptions): Trainer => new Trainer({ ...options, configuration });\n`,
  );
  const strict = '--noEmit --strict --module nodenext --target es2023 --lib es2023,dom --types';
  run('types of the library', join(bin, 'tsc'), [...strict.split(' '), '', 'library.mts'], place);
  const left = readdirSync(place.cwd).filter(
    (name) => !/^(node_modules|package(-lock)?\.json|library\.m[jt]s)$/.test(name),
  );
  if (left.length > 0) throw new Error(`the commands left files behind: ${left.join(', ')}`);
}
