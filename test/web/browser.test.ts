/** A page of a real browser trains and predicts, and its numbers are those of Node. */
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { userInfo } from 'node:os';
import { build } from 'esbuild';
import { type Browser, type Page, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAvailable } from '../../src/kernels/wasm/index.ts';
// turns on what Node 20 has of relaxed SIMD
import '../kernels/engines.ts';
import { findChromium } from '../support/chromium.ts';
import type {} from './page.ts';
import { refusal, regress, trainAndPredict } from './training.ts';

const executablePath = findChromium();
const isSkipped = executablePath === null && !process.env['CI'];
const skipped = isSkipped ? ': skipped, npm run setup -- chromium' : '';

const document = '<!doctype html><title>credence</title><body><script type="module" src="page.js"></script>';
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

let server: Server;
let browser: Browser | null = null;

/** The page and its script, under /isolated/ with the headers that a page needs to have shared memory. */
async function serve(): Promise<Server> {
  const entryPoints = [join(import.meta.dirname, 'page.ts')];
  const options = { bundle: true, format: 'esm', platform: 'browser', minify: true, write: false } as const;
  const bundled = await build({ entryPoints, ...options });
  const script = bundled.outputFiles[0]!.text;
  const made = createServer(({ url = '' }, response) => {
    const headers = url.startsWith('/isolated/') ? isolation : {};
    const isScript = url.endsWith('.js');
    response.writeHead(200, { ...headers, 'Content-Type': isScript ? 'text/javascript' : 'text/html' });
    response.end(isScript ? script : document);
  });
  await new Promise<void>((done) => made.listen(0, '127.0.0.1', done));
  return made;
}

beforeAll(async () => {
  if (isSkipped) return;
  if (executablePath === null) throw new Error('no Chromium on the path: npm run setup -- chromium');
  server = await serve();
  // its sandbox refuses to work for root
  const args = userInfo().uid === 0 ? ['--no-sandbox'] : [];
  browser = await chromium.launch({ executablePath, args });
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

async function open(path: string): Promise<Page> {
  const page = await browser!.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
  return page;
}

const pages = [
  { title: 'a page', path: '/', isIsolated: false },
  { title: 'a page that is isolated from other origins', path: '/isolated/', isIsolated: true },
];

// Both builds: relaxed SIMD leaves it to the processor whether a product and a sum are rounded once or twice, but here
// both run on one, and V8 compiles both.
describe.skipIf(isSkipped).each(pages)(`$title${skipped}`, ({ path, isIsolated }) => {
  it.each(['base', 'relaxed'] as const)('trains and predicts, with the bits of Node: %s', async (kernels) => {
    const page = await open(path);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(isIsolated);
    expect(await page.evaluate(() => typeof SharedArrayBuffer)).toBe(isIsolated ? 'function' : 'undefined');
    expect(await page.evaluate((asked) => tested.isAvailable(asked), kernels)).toBe(true);
    const got = await page.evaluate((asked) => tested.trainAndPredict(asked), kernels);
    expect(got.isShared).toEqual([isIsolated, isIsolated]);
    expect(got.nll).toHaveLength(20);
    expect(got.nll.at(-1)).toBeLessThan(0.5 * got.nll[0]!);
    if (!isAvailable(kernels)) return;
    const expected = await trainAndPredict(kernels);
    expect(got).toEqual({ ...expected, isShared: got.isShared });
  });

  it.each(['base', 'relaxed'] as const)(
    "learns a regression in the package's words, with the bits of Node: %s",
    async (build) => {
      const page = await open(path);
      const got = await page.evaluate((asked) => tested.regress(asked), build);
      expect(got.isShared).toEqual([isIsolated, isIsolated, isIsolated]);
      // the curve's own standard deviation is 0.14
      expect(got.figures['rmse']).toBeLessThan(0.05);
      expect(got.verdicts).toEqual(['', '', 'unlike anything in training']);
      if (!isAvailable(build)) return;
      expect(got).toEqual({ ...(await regress(build)), isShared: got.isShared });
    },
  );

  it('says in words what is wrong, minified or not', async () => {
    const page = await open(path);
    const said = await page.evaluate(() => tested.refusal());
    expect(said).toMatchInlineSnapshot(
      `"UsageError: the batch is larger than the training set: got batchSize 302, expected at most 300 examples. Give a smaller --batchSize"`,
    );
    expect(said).toBe(refusal());
  });

  it('hears a click while it trains', async () => {
    const page = await open(path);
    const stopped = page.evaluate(() => tested.trainUntilPressed());
    await page.getByRole('button', { name: 'Stop' }).click();
    expect(await stopped).toBe('the button');
  });
});
