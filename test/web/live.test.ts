/** The live page of a real training, in a real browser: it fills, is clicked through, left and come back to, to its verdict. */
import { rmSync } from 'node:fs';
import { userInfo } from 'node:os';
import { type Browser, type Page, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Running, endOf, folder, start, writeDigits } from '../cli/process.ts';
import { findChromium } from '../support/chromium.ts';

const executablePath = findChromium();
const isSkipped = executablePath === null && !process.env['CI'];
const skipped = isSkipped ? ': skipped, npm run setup -- chromium' : '';

let browser: Browser | null = null;
beforeAll(async () => {
  if (isSkipped) return;
  if (executablePath === null) throw new Error('no Chromium on the path: npm run setup -- chromium');
  // its sandbox refuses to work for root
  const args = userInfo().uid === 0 ? ['--no-sandbox'] : [];
  browser = await chromium.launch({ executablePath, args });
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

const steps = 3000;

/** The page has a low priority: beside tests that need both cores it comes late. */
const patience = 120_000;

/** A training whose time stands still while the page is looked at. */
class Training {
  readonly #child: Running;
  readonly ended: ReturnType<typeof endOf>;
  readonly address: Promise<string>;

  constructor() {
    const data = writeDigits('digits');
    const words = ['train', 'BNN_FC_flip', '--data', data, '--iteration', `${steps}`, '--printEvery', '5'];
    const more = [
      '--batchSize',
      '20',
      '--draws',
      '5',
      '--evaluateEvery',
      '500',
      '--histogramEvery',
      '100',
      '--ranks',
      '1',
    ];
    this.#child = start(...words, ...more, '--out', 'run', '--watch');
    this.ended = endOf(this.#child);
    this.address = new Promise((done) => {
      let text = '';
      this.#child.stderr.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const address = /live page: (\S+)\n/.exec(text)?.[1];
        if (address) done(address);
      });
    });
  }

  halt(): void {
    this.#child.kill('SIGSTOP');
  }

  goOn(): void {
    this.#child.kill('SIGCONT');
  }
}

const stepOf = (page: Page) =>
  page.evaluate(() =>
    Number(/step ([\d,]+)/.exec(document.getElementById('detail')!.textContent!)?.[1]?.replace(',', '')),
  );

describe.skipIf(isSkipped)(`credence train --watch${skipped}`, () => {
  it(
    'fills its page in a browser, from the first curve to the verdict',
    async () => {
      const training = new Training();
      const address = await training.address;
      training.halt();
      const page = await browser!.newPage({ viewport: { width: 1000, height: 700 } });
      page.setDefaultTimeout(patience);
      const faults: string[] = [];
      page.on('pageerror', ({ message }) => faults.push(message));
      page.on('console', (message) => {
        if (message.type() === 'error') faults.push(message.text());
      });
      await page.goto(address);
      await page.waitForSelector('#training svg');
      const first = await stepOf(page);
      const curve = () => page.locator('#training svg').innerHTML();
      const before = await curve();
      expect(await page.locator('#state').textContent()).toMatch(/^training, \d+ %$/);
      expect(await page.locator('#verdict').textContent()).toMatch(/^$|^After step/);

      // what is looked at stays where it is, and what has the focus keeps it
      await page.locator('#training figure').focus();
      const top = () => page.evaluate(() => document.querySelector('#training figure')!.getBoundingClientRect().top);
      await page.evaluate(() => window.scrollTo({ top: 200, behavior: 'instant' }));
      const place = await top();
      training.goOn();
      await page.waitForFunction((known) => document.querySelector('#training svg')?.innerHTML !== known, before);
      training.halt();
      expect(await stepOf(page)).toBeGreaterThan(first);
      expect(Math.abs((await top()) - place)).toBeLessThan(1);
      expect(await page.evaluate(() => document.activeElement?.matches('#training figure'))).toBe(true);

      // clicked through
      const link = page.getByRole('navigation', { name: 'Parts of the page' }).getByRole('link', { name: 'The run' });
      await link.click();
      const seen = () =>
        page.locator('#facts').evaluate((part) => part.getBoundingClientRect().top < window.innerHeight);
      await expect.poll(seen, { timeout: patience }).toBe(true);
      expect(new URL(page.url()).hash).toBe('#facts');
      const pause = page.getByRole('button', { name: 'Pause' });
      await pause.click();
      expect(await pause.getAttribute('aria-pressed')).toBe('true');
      expect(await page.locator('#state').textContent()).toBe('paused');
      await pause.press('Enter');
      expect(await page.locator('#state').textContent()).not.toBe('paused');

      // away, and back on another page
      await page.goto('about:blank');
      training.goOn();
      await page.goto(address);
      await page.waitForSelector('#training svg');
      await page.waitForFunction(() => document.getElementById('state')!.textContent === 'finished');
      // it is drawn when the page has heard that the training is over
      await page.waitForFunction(() => document.documentElement.dataset['connection'] === 'ended');
      expect(await page.locator('#verdict').textContent()).toMatch(
        /^Right for \d+\.\d.% of 50 examples of its test set/,
      );
      expect(await page.locator('#parts a').allTextContents()).toEqual(
        expect.arrayContaining(['Training', 'Evaluation', 'Posterior of the weights', 'The run']),
      );
      const { code, stdout } = await training.ended;
      expect([code, stdout]).toEqual([0, expect.stringContaining(`after ${steps} steps`)]);
      // still there, though nobody serves it
      expect(await page.locator('#training svg').count()).toBe(1);
      expect(faults).toEqual([]);
      await page.close();
    },
    2 * patience,
  );
});
