import { spawn } from 'node:child_process';
import { chromium } from 'playwright-core';
const args = process.argv.slice(2);
const child = spawn(process.execPath, ['dist/cli/main.js', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
let text = '';
const address = await new Promise<string>((done) => { for (const s of [child.stdout, child.stderr]) s.on('data', (d) => { text += d; process.stdout.write(d); const m = /live page: (\S+)/.exec(text); if (m) done(m[1]!); }); });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
page.on('console', (m) => console.log('console', m.text()));
page.on('pageerror', (m) => console.log('pageerror', m.message));
await page.goto(address);
const t0 = Date.now();
let n = 0;
const ended = new Promise((d) => child.on('exit', d));
let over = false; void ended.then(() => (over = true));
while (!over && Date.now() - t0 < 120e3) {
  console.log(((Date.now() - t0) / 1e3).toFixed(1), await page.title(), '|', await page.locator('#state').textContent(), '|', await page.locator('#detail').textContent(), '|', await page.locator('#parts').textContent(), await page.locator('main').evaluate((m) => m.innerHTML.length));
  if (n++ % 4 === 0) await page.screenshot({ path: `/tmp/live-runs/s${n}.png` });
  await new Promise((d) => setTimeout(d, 1500));
}
await page.screenshot({ path: '/tmp/live-runs/end.png', fullPage: true });
console.log(await page.locator('#state').textContent(), '|', await page.locator('#detail').textContent(), await page.locator('#verdict').textContent());
await browser.close();
if (!over) child.kill('SIGTERM');
console.log('exit', await ended);
