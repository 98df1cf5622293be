/**
 * `npm test`: builds, runs every check and every test, and ends with one line, `N passed, M failed, K skipped`.
 * A check counts as one test. Nothing stops at the first failure; any failure makes the exit code 1.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const root = join(import.meta.dirname, '..');

/** Scripts of package.json, the slowest first. */
const checks = [
  'check:lint',
  'check:rooms',
  'check:unused',
  'check:types',
  'check:tutorial',
  'check:browser',
  'check:format',
];

function npmRun(script: string): Promise<{ code: number; output: string; seconds: number }> {
  return new Promise((done) => {
    const started = performance.now();
    const child = spawn('npm', ['run', '--silent', script], { cwd: root, shell: process.platform === 'win32' });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => (output += String(error)));
    child.on('close', (code) => done({ code: code ?? 1, output, seconds: (performance.now() - started) / 1000 }));
  });
}

async function runChecks(): Promise<Count> {
  const count: Count = { passed: 0, failed: 0, skipped: 0 };
  const check = async (script: string): Promise<void> => {
    const { code, output, seconds } = await npmRun(script);
    if (code === 0) count.passed++;
    else count.failed++;
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${script.padEnd(14)}${seconds.toFixed(1).padStart(6)} s`);
    if (code !== 0) console.log(output.trimEnd());
  };
  // First and alone: it generates sources that the checks read, and tests run the built command.
  await check('build');
  const waiting = [...checks];
  const lane = async (): Promise<void> => {
    for (let script = waiting.shift(); script; script = waiting.shift()) await check(script);
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, lane));
  return count;
}

/** The part of vitest's JSON report that is read here. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: { status: string; title: string; ancestorTitles: string[] }[] }[];
}

/** Runs vitest over test/, or over the filters that the command line gives. */
async function runTests(filters: readonly string[]): Promise<Count> {
  const folder = mkdtempSync(join(tmpdir(), 'credence-test-'));
  const file = join(folder, 'report.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--update=none', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const code = await new Promise<number>((done) => {
    const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...filters], { cwd: root, stdio: 'inherit' });
    child.on('close', (status) => done(status ?? 1));
  });
  try {
    const count = read(JSON.parse(readFileSync(file, 'utf8')) as Report);
    // Unhandled errors and a crashed worker fail the run without failing a test.
    return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A file that fails before its first test counts as one failed test. */
function read(report: Report): Count {
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  );
  for (const title of skippedTitles(report)) console.log(`skipped: ${title}`);
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** What was skipped, with its reason, which stands in its title or in that of the suite around it. */
function skippedTitles(report: Report): Set<string> {
  const skipped = report.testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'pending' || status === 'skipped'),
  );
  return new Set(skipped.map(({ ancestorTitles, title }) => ancestorTitles.find(isReason) ?? title));
}

function isReason(title: string): boolean {
  return title.includes('skipped');
}

const checked = await runChecks();
const tested = await runTests(process.argv.slice(2));
const failed = checked.failed + tested.failed;
process.exitCode = failed > 0 ? 1 : 0;
console.log(`${checked.passed + tested.passed} passed, ${failed} failed, ${tested.skipped} skipped`);
