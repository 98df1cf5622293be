/**
 * Takes the picture of docs/live-page.md: trains MNIST with --watch, and looks at the page in Chromium when two thirds of the
 * steps are done. `npx tsx scripts/live-picture.ts`, a minute; the training stands still meanwhile.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { findChromium } from '../test/support/chromium.ts';

const root = join(import.meta.dirname, '..');
const executablePath = findChromium();
if (executablePath === null) throw new Error('no Chromium on the path: npm run setup -- chromium');

// the page names the run folder, and the data by where they are
const folder = mkdtempSync(join(tmpdir(), 'credence-live-picture-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));

const settings = ['--iteration', '600', '--evaluateEvery', '200', '--histogramEvery', '100', '--ranks', '2'];
const words = [join(root, 'dist/cli/main.js'), 'train', 'mnist', ...settings, '--watch'];
const training = spawn(process.execPath, words, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
const ended = new Promise((done) => training.once('close', done));
const address = await new Promise<string>((done, fail) => {
  let text = '';
  training.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    const found = /live page: (\S+)\n/.exec(text)?.[1];
    if (found) done(found);
  });
  training.once('close', () => fail(new Error(text)));
});
const args = userInfo().uid === 0 ? ['--no-sandbox'] : [];
const browser = await chromium.launch({ executablePath, args });
const page = await browser.newPage({ viewport: { width: 1000, height: 1500 } });
await page.goto(address);
await page.waitForFunction(() => document.querySelector<HTMLProgressElement>('#steps')!.value > 0.7, null, {
  timeout: 300e3,
});
training.kill('SIGSTOP');
await page.waitForFunction(() => document.querySelector('#verdict')!.textContent!.includes('step 400'), null, {
  timeout: 120e3,
});
// the last lines that were written before it stood still are drawn some seconds later
await page.waitForTimeout(8000);
await page.screenshot({ path: join(root, 'docs/live-page.png') });
training.kill('SIGCONT');
await browser.close();
await ended;
