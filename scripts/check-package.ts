/**
 * Packs the package as it would be published and looks at it as a stranger does: publint and attw read the tarball, then
 * it is installed into an empty folder with an empty home, where the command and the library have to work; first without
 * the packages that draw, then with them.
 *
 * npx tsx scripts/check-package.ts [--offline]   --offline leaves the installation out (it fetches the dependencies).
 */
import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules/.bin');
const work = mkdtempSync(join(tmpdir(), 'credence-package-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

interface Place {
  readonly cwd: string;
  readonly home?: string;
}

interface Expected {
  /** 0 unless given */
  readonly code?: number;
  /** what stderr has to say; nothing unless given, from an installation */
  readonly says?: string;
}

/** What npm says of that script, and of nothing else. */
const koffisScript =
  /^npm warn install-scripts(?: (?:1 package has install scripts.*|  koffi@.*|Run `npm install-scripts.*))?\n/gm;

function run(what: string, command: string, args: readonly string[], place: Place, expected: Expected = {}): string {
  const env = { ...process.env };
  // What `npm run` sets would lead the inner npm back into this repository.
  for (const name of Object.keys(env)) if (/^npm_(package|lifecycle|command|config_local)/.test(name)) delete env[name];
  if (place.home) env.HOME = place.home;
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: place.cwd, env, encoding: 'utf8' });
  const { code = 0, says = '' } = expected;
  // koffi comes with its binary, and npm 11 says that its script, which would build one, was not run.
  const isQuiet = command !== 'npm' || args[0] !== 'install' || stderr.replaceAll(koffisScript, '') === '';
  if (status === code && stderr.includes(says) && isQuiet) {
    console.log(`ok      ${what}`);
    return stdout;
  }
  console.error(`FAILED  ${what}: exit code ${status}\n${stdout}${stderr}${error ? String(error) : ''}`);
  process.exit(1);
}

/** The folders beside src/, however they got in; a room of src/ may share a name with one. */
const workshop = /^((src|dist)\/)?(test|bench|scripts)\/|(^|\/)(\.|node_modules\/)|\.tsbuildinfo$/;

const entries = ['index', 'gravitation/index', 'node']
  .flatMap((entry) => [`${entry}.js`, `${entry}.d.ts`])
  .concat('cli/main.js', 'chunks/rank.js')
  .map((file) => `dist/${file}`);

/** Nothing of the workshop in the package, and everything that the two ways in need. */
function checkContents(files: readonly string[]): void {
  const stray = files.filter((file) => workshop.test(file));
  const missing = [...entries, 'README.md', 'LICENSE'].filter((file) => !files.includes(file));
  if (stray.length + missing.length === 0) return;
  console.error(`FAILED  contents: not wanted [${stray.join(' ')}], missing [${missing.join(' ')}]`);
  process.exit(1);
}

run('build', process.execPath, ['--import', 'tsx', join(root, 'scripts/build.ts'), '--clean'], { cwd: root });
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

function checkInstalled(place: Required<Place>): void {
  mkdirSync(place.cwd);
  mkdirSync(place.home);
  // or npm looks for a project in the folders above
  write(place, 'package.json', '{ "private": true }');
  install(place, tarball);
  checkCommand(place);
  checkLibrary(place);
  checkDrawing(place);
  const known = /^(node_modules|package(-lock)?\.json|library\..*|table\.csv|run)$/;
  const left = readdirSync(place.cwd).filter((name) => !known.test(name));
  if (left.length > 0) throw new Error(`the commands left files behind: ${left.join(', ')}`);
}

function write({ cwd }: Place, file: string, text: string): void {
  writeFileSync(join(cwd, file), `${text}\n`);
}

/** npm has nothing to warn of, a script that it does not run, say. */
function install(place: Required<Place>, ...packages: string[]): void {
  run(`install ${packages.join(' ')}`, 'npm', ['install', '--no-audit', '--no-fund', ...packages], place);
  const { files: count, bytes } = sizeOf(join(place.cwd, 'node_modules'));
  console.log(`        ${count} files, ${(bytes / 1e6).toFixed(1)} MB installed`);
}

function sizeOf(folder: string): { readonly files: number; readonly bytes: number } {
  const sizes = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => lstatSync(join(folder, path)));
  const found = sizes.filter((entry) => entry.isFile());
  return { files: found.length, bytes: found.reduce((sum, { size: one }) => sum + one, 0) };
}

/** A small table is learnt and evaluated with what is installed by itself. */
function checkCommand(place: Required<Place>): void {
  const credence = (...words: string[]) => run(`credence ${words.join(' ')}`, 'npx', ['credence', ...words], place);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const printed = credence('--version').trim();
  if (printed !== version) throw new Error(`credence --version: got ${printed}, expected ${version}`);
  credence('doctor');
  const rows = Array.from({ length: 80 }, (_, i) => [i / 40 - 1, Math.sin(i)]);
  write(place, 'table.csv', ['x,z,y', ...rows.map(([x, z]) => `${x},${z},${2 * x! + z!}`)].join('\n'));
  // ranks of their own: a thread starts from a file of the package
  const few = ['--iteration', '8', '--histogramEvery', '4', '--slices', '2', '--ranks', '2'];
  credence('train', 'table.csv', '--data.target', 'y', ...few, '--out', 'run');
  const { nll } = JSON.parse(credence('evaluate', 'run', '--draws', '10', '--json')) as { readonly nll: number };
  if (!Number.isFinite(nll)) throw new Error(`credence evaluate --json: got NLL ${nll}`);
}

/** Without the packages that draw, whoever needs them is told before anything begins, and with them it works. */
function checkDrawing(place: Required<Place>): void {
  const refused = (says: string, ...words: string[]) =>
    run(`${words.join(' ')} is refused`, 'npx', ['credence', ...words], place, { code: 1, says });
  refused('npm install vega@6 vega-lite@6\n', 'report', 'run');
  refused('npm install vega@6 vega-lite@6\n', 'simulate', '--step', '1', '--figure', 'figure.svg');
  const all = 'npm install vega@6 vega-lite@6 @resvg/resvg-wasm@2 @fontsource/lato@5';
  const figures = ['--savePosterior', 'figures', '--iteration', '2', '--out', 'refused'];
  refused(`${all}\n`, 'train', 'table.csv', '--data.target', 'y', ...figures);
  install(place, ...all.split(' ').slice(2));
  run('credence report', 'npx', ['credence', 'report', 'run'], place);
  const figure = readFileSync(join(place.cwd, 'run/report/index.html'), 'utf8');
  if (!figure.includes('<svg')) throw new Error('the report has no figure');
}

/** A regression in memory, and all entries in one program: they share the classes of errors. */
const regression = `import { UsageError, denseFlipout, evaluate, normal, predict, sequential, table, train } from 'credence';
import { CheckpointStore, defaults } from 'credence/node';
import { remnant } from 'credence/gravitation';
const inputs = Array.from({ length: 60 }, (_, i) => [i / 30 - 1]);
const targets = inputs.map(([x]) => 2 * x + 1);
const data = table({ inputs, targets });
const model = { name: 'line', input: data.input, network: sequential(denseFlipout({ units: 1 })), likelihood: normal() };
const trained = await train(model, data, { iteration: 300, seed: defaults.seed, learningRate: 0.05 });
const { mean } = await predict(trained, inputs);
const { rmse } = await evaluate(trained, { inputs, targets });
if (mean.length !== 60 || !(rmse < 0.3)) throw new Error('learnt nothing: RMSE ' + rmse);
const refused = await train(model, data, { batchSize: 61 }).catch((error) => error);
try { remnant({ mass1: 0, mass2: 1 }); } catch (error) { if (!(error instanceof UsageError)) throw error; }
if (!(Math.abs(remnant({ mass1: 30, mass2: 30 }).spin - 0.6864) < 1e-4)) throw new Error('another remnant');
if (!(refused instanceof UsageError) || !CheckpointStore) throw new Error('another class: ' + refused);`;

/** With the types of nothing else installed, not even those of Node. */
const types = `import { type Remnant, remnant } from 'credence/gravitation';
import { type Trained, type TrainOptions, denseFlipout, normal, sequential, table, train } from 'credence';
const data = table({ inputs: [[1], [2]], targets: [1, 2] });
export const left: Remnant = remnant({ mass1: 30, mass2: 30 });
export const options: TrainOptions = { iteration: 10, kl: { beta: 1 } };
const model = { name: 'line', input: data.input, network: sequential(denseFlipout({ units: 1 })), likelihood: normal() };
export const trained: Trained = await train(model, data, options);`;

function checkLibrary(place: Required<Place>): void {
  write(place, 'library.mjs', regression);
  run('a program with the library', process.execPath, ['library.mjs'], place);
  write(place, 'library.mts', types);
  const strict =
    '--noEmit --strict --exactOptionalPropertyTypes --module nodenext --target es2023 --lib es2023,dom --types';
  run('types of the library', join(bin, 'tsc'), [...strict.split(' '), '', 'library.mts'], place);
}

if (!process.argv.includes('--offline')) checkInstalled({ cwd: join(work, 'empty'), home: join(work, 'home') });
