/** The page of a report as a browser shows it: on a wide screen, on a phone, on paper, in the light and in the dark. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type Page, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { widthOf } from '../../src/report/figures/letters.ts';
import { machines, writeReport } from '../../src/report/index.ts';
import { findChromium } from '../support/chromium.ts';
import { classRun, crowdedRun, wavesRun } from '../support/report.ts';
import { facesOf, inspect, lengthsOf } from './page-probes.ts';

const executablePath = findChromium();
const isSkipped = executablePath === null && !process.env['CI'];
const skipped = isSkipped ? ': skipped, npm run setup -- chromium' : '';

const folder = mkdtempSync(join(tmpdir(), 'credence-page-'));
let browser: Browser | null = null;
let page: Page;
const told: string[] = [];

beforeAll(async () => {
  if (isSkipped) return;
  if (executablePath === null) throw new Error('no Chromium on the path: npm run setup -- chromium');
  const { path } = await writeReport(folder, {
    title: 'Report of 4 runs',
    machine: { name: 'laptop', value: machines['laptop']! },
    elementsOf: () => 128_714,
    runs: [classRun('one', 1), classRun('two', 2), wavesRun('waves'), crowdedRun('crowded')],
    ...{ scaling: [], missing: ['runs/four (4 nodes, 4 ranks) has not begun; its job is 7'] },
  });
  const args = userInfo().uid === 0 ? ['--no-sandbox'] : [];
  browser = await chromium.launch({ executablePath, args });
  page = await browser.newPage();
  page.on('console', (message) => told.push(message.text()));
  page.on('request', (request) => told.push(`asks for ${request.url()}`));
  await page.goto(pathToFileURL(path).href);
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Inner widths of paper with margins of a centimetre, at 96 dots per inch. */
const screens = [
  { where: 'a wide screen', width: 1280, media: 'screen' },
  { where: 'a phone', width: 390, media: 'screen' },
  { where: 'A4', width: 718, media: 'print' },
  { where: 'letter', width: 740, media: 'print' },
] as const;

describe('the page of a finished run', () => {
  it('has less than 1.5 MB with all of its sections, as many points as it may have among them', async () => {
    const run = classRun('long', 1);
    const [first] = run.metrics;
    const metrics = Array.from({ length: 9375 }, (_, i) => ({ ...first!, step: i + 1, nll: 1 / (1 + (i % 97)) }));
    const posterior = Array.from({ length: 40 }, (_, i) => ({ ...run.posterior[i % 3]!, step: 250 * i }));
    const { path } = await writeReport(join(folder, 'long'), {
      ...{ title: 'Report: long', runs: [{ ...run, metrics, posterior }], scaling: [], missing: [] },
      ...{ machine: { name: 'laptop', value: machines['laptop']! }, elementsOf: () => 1 },
    });
    const text = readFileSync(path, 'utf8');
    for (const title of ['Training', 'Evaluation', 'Calibrated predictions', 'Other data', 'Posterior of the weights'])
      expect(text).toContain(`<h3>${title}</h3>`);
    expect(statSync(path).size).toBeLessThan(1.5e6);
    // what there is of it, more or less
    expect(statSync(path).size).toBeGreaterThan(1e5);
  });
});

describe.skipIf(isSkipped)(`the page of a report${skipped}`, () => {
  it('needs nothing but itself, and keeps to its own policy', async () => {
    expect(told.filter((line) => !line.startsWith('asks for file:///') && !line.startsWith('asks for data:'))).toEqual(
      [],
    );
    expect(told.filter((line) => line.startsWith('asks for file:///'))).toHaveLength(1);
    const policy = await page.getAttribute('meta[http-equiv="Content-Security-Policy"]', 'content');
    expect(policy).toBe("default-src 'none'; style-src 'unsafe-inline'; img-src data:");
    // a script that somebody put in would not run
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "run"';
      document.body.append(script);
      script.remove();
    });
    expect(await page.title()).toBe('Report of 4 runs');
  });

  it('tells every figure to those who do not see it', async () => {
    const { figures } = await page.evaluate(inspect);
    expect(figures.length).toBeGreaterThan(30);
    for (const { title, description, role, caption } of figures) {
      expect({ role, title }).toEqual({ role: 'img', title: expect.stringMatching(/\w{3}/) as string });
      expect(description).toBe(caption);
    }
  });

  it.each(screens)(
    'has letters of 10 pixels at least, none cut, and nothing wider than its place on $where',
    async (one) => {
      await page.setViewportSize({ width: one.width, height: 900 });
      await page.emulateMedia({ media: one.media, colorScheme: 'light' });
      const { small, cut, wide, isWide, letters } = await page.evaluate(inspect);
      expect(letters).toBeGreaterThan(800);
      expect(small).toEqual([]);
      expect(cut).toEqual([]);
      expect(isWide).toBe(false);
      // on a screen what is wide has a place in which it is moved
      if (one.media === 'print') expect(wide).toEqual([]);
    },
  );

  it('lays figures out for letters as wide as they are, or wider', async () => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.emulateMedia({ media: 'screen', colorScheme: 'light' });
    const texts = await page.evaluate(lengthsOf);
    expect(texts.length).toBeGreaterThan(800);
    expect(texts.filter(({ text, size, length }) => widthOf(text, size) < length - 1)).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('has a contrast of 4.5 to 1 at least in the %s', async (colorScheme) => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.emulateMedia({ media: 'screen', colorScheme });
    const faces = await page.evaluate(facesOf);
    expect(faces.length).toBeGreaterThan(800);
    expect(faces.filter(({ contrast }) => contrast < 4.5)).toEqual([]);
    // in the dark the page is dark
    expect(faces[0]!.ground[0] < 128).toBe(colorScheme === 'dark');
  });

  it('fits on pages of paper', async () => {
    for (const format of ['A4', 'Letter'])
      expect((await page.pdf({ format })).subarray(0, 5).toString('latin1')).toBe('%PDF-');
  });
});
