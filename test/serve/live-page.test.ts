import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type LivePage, openLivePage } from '../../src/serve/index.ts';
import { makeRun } from './run.ts';

const open: LivePage[] = [];
const runs: ReturnType<typeof makeRun>[] = [];
afterEach(async () => {
  for (const page of open.splice(0)) await page.close();
  for (const run of runs.splice(0)) run.end();
});

async function serve(port = 0) {
  const run = makeRun();
  runs.push(run);
  const page = await openLivePage(run.path, port);
  open.push(page);
  const { pathname, port: taken } = new URL(page.address);
  return { page, run, pathname, port: taken };
}

interface Asked {
  readonly path: string;
  readonly host?: string;
  readonly method?: string;
}

/** `fetch` sends no Host of one's own. */
function ask(address: string, { path, host, method = 'GET' }: Asked) {
  const { hostname, port, host: own } = new URL(address);
  return new Promise<{ status: number; text: string; headers: IncomingMessage['headers'] }>((done, fail) => {
    const sent = request({ hostname, port, path, method, agent: false, headers: { Host: host ?? own } }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => done({ status: response.statusCode!, text, headers: response.headers }));
    });
    sent.on('error', fail);
    sent.end();
  });
}

interface News {
  readonly progress: { readonly state: string; readonly detail: string };
  readonly parts: readonly { readonly name: string; readonly html: string }[];
}

/** A browser's stream of events, as far as it has come. */
async function listen(address: string, lastId: string | null = null) {
  const news: News[] = [];
  const seen = { id: '', isOver: false, text: '' };
  let sent!: ClientRequest;
  await new Promise<void>((done, fail) => {
    const headers = lastId === null ? {} : { 'Last-Event-ID': lastId };
    sent = request(`${address}events`, { headers }, (response) => {
      response.on('data', (chunk: Buffer) => {
        seen.text += chunk.toString();
        const events = seen.text.split('\n\n');
        seen.text = events.pop()!;
        for (const event of events) {
          seen.id = /^id: (.*)$/m.exec(event)?.[1] ?? seen.id;
          if (/^event: end$/m.test(event)) seen.isOver = true;
          const data = /^data: (.+)$/m.exec(event)?.[1];
          if (data) news.push(JSON.parse(data) as News);
        }
      });
      response.on('error', () => {});
      done();
    });
    sent.on('error', fail);
    sent.end();
  });
  const htmlOf = (name: string) =>
    news.flatMap(({ parts }) => parts).findLast((part) => part.name === name)?.html ?? '';
  return { news, seen, htmlOf, leave: () => sent.destroy() };
}

async function until(holds: () => boolean): Promise<void> {
  await expect.poll(holds, { timeout: 30_000, interval: 20 }).toBe(true);
}

describe('the address of a live page', () => {
  it('is of this machine alone, with a token that is another one each time', async () => {
    const { page } = await serve();
    const { page: other } = await serve();
    for (const { address } of [page, other]) expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/$/);
    expect(new URL(page.address).pathname).not.toBe(new URL(other.address).pathname);
  });

  it('is the only one where there is something', async () => {
    const { page, pathname, port } = await serve();
    const nothing = { status: 404, text: 'Not found\n' };
    const wrong = pathname.replace(/./g, (digit) => (digit === '0' ? '1' : digit === '/' ? '/' : '0'));
    for (const path of [
      '/',
      '/events',
      wrong,
      `${wrong}events`,
      `${pathname}x`,
      `${pathname}events/`,
      `/${pathname}`,
      '//[',
      '*',
    ])
      expect(await ask(page.address, { path }), path).toMatchObject(nothing);
    // a name of somebody else's that leads here (DNS rebinding)
    for (const host of ['evil.example', `evil.example:${port}`, `127.0.0.1.evil.example:${port}`, ' ', '127.0.0.1:1:2'])
      expect(await ask(page.address, { path: pathname, host }), host).toMatchObject(nothing);
    // the end of a tunnel may have another port
    for (const host of ['localhost:8080', '127.0.0.1', `127.0.0.1:${port}`])
      expect((await ask(page.address, { path: pathname, host })).status, host).toBe(200);
    expect((await ask(page.address, { path: pathname, method: 'POST' })).status).toBe(405);
    const { status, headers } = await ask(page.address, { path: pathname.slice(0, -1) });
    expect([status, headers.location]).toEqual([308, pathname]);
  });

  it('comes with a policy that lets nothing run but the script of the page', async () => {
    const { page, pathname } = await serve();
    const { headers, text } = await ask(page.address, { path: pathname });
    const digest = (tag: string) =>
      createHash('sha256')
        .update(new RegExp(`<${tag}>([^]*)</${tag}>`).exec(text)![1]!)
        .digest('base64');
    const policy = String(headers['content-security-policy']);
    expect(policy.replace(digest('script'), 'SCRIPT').replace(digest('style'), 'STYLE')).toBe(
      "default-src 'none'; script-src 'sha256-SCRIPT'; style-src 'sha256-STYLE'; img-src data:; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(text).not.toMatch(/http-equiv|https?:\/\/(?!www\.w3\.org)/);
    expect(headers['cache-control']).toBe('no-store');
  });
});

describe('a port', () => {
  it('that is in use is refused', async () => {
    const { port } = await serve();
    await expect(serve(Number(port))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      exitCode: 1,
      message: `port ${port} is in use. Give another port with --port, or leave it away: any free one is taken then`,
    });
  });

  it('is free again when the page has ended', async () => {
    const { page, port } = await serve();
    await page.close();
    await expect(ask(page.address, { path: '/' })).rejects.toThrow('ECONNREFUSED');
    expect((await serve(Number(port))).port).toBe(port);
  });
});

describe('the stream of a live page', () => {
  it('fills the page, and sends again only what has changed', async () => {
    const { page, run } = await serve();
    run.train(20);
    const browser = await listen(page.address);
    await until(() => browser.htmlOf('training').includes('<svg') && browser.htmlOf('facts').includes('BNN_conv_flip'));
    expect(browser.news.at(-1)!.progress).toMatchObject({
      state: 'training, 0 %',
      detail: expect.stringContaining('step 20 of 600'),
    });
    const before = browser.news.length;
    run.train(300);
    await until(() => browser.news.slice(before).some(({ parts }) => parts.some(({ name }) => name === 'training')));
    expect(browser.news.at(-1)!.progress.state).toBe('training, 50 %');
    expect(browser.news.slice(before).flatMap(({ parts }) => parts.map(({ name }) => name))).toEqual(['training']);
  });

  it('tells a browser that comes back what it has missed, and leaves no trace of one that is gone', async () => {
    const { page, run } = await serve();
    run.train(20);
    const first = await listen(page.address);
    await until(() => first.htmlOf('training') !== '');
    const { id } = first.seen;
    first.leave();
    run.train(400);
    // one after the other: more than may look at once
    for (let i = 0; i < 40; i++) {
      const passing = await listen(page.address, id);
      passing.leave();
    }
    const back = await listen(page.address, id);
    await until(() => back.htmlOf('training') !== '');
    expect(back.news.flatMap(({ parts }) => parts.map(({ name }) => name))).toEqual(['training']);
  });

  it('is ended when the training is over and the browser has the verdict', async () => {
    const { page, run } = await serve();
    run.train(20);
    const browser = await listen(page.address);
    await until(() => browser.news.length > 0);
    run.train(600);
    run.evaluate(600);
    run.end();
    // the end is not told before what it has come to, however long that takes to draw
    const ended = page.finish();
    const tells = (state: string) => browser.news.findIndex(({ progress }) => progress.state === state);
    await until(() => tells('finished') >= 0);
    const told = browser.news.slice(0, tells('finished') + 1).flatMap(({ parts }) => parts.map(({ name }) => name));
    expect(told).toContain('verdict');
    await ended;
    await until(() => browser.seen.isOver);
    expect(browser.news.at(-1)!.progress).toMatchObject({ state: 'finished', detail: 'step 600 of 600' });
    expect(browser.htmlOf('verdict')).toContain('its probabilities can be trusted as they stand');
    await expect(ask(page.address, { path: '/' })).rejects.toThrow('ECONNREFUSED');
  });

  it('tells of the end of a run that another process trains when it is drawn', async () => {
    const { page, run } = await serve();
    run.train(20);
    const browser = await listen(page.address);
    await until(() => browser.htmlOf('training').includes('<svg'));
    run.train(600);
    run.evaluate(600);
    run.end();
    await until(() => browser.news.at(-1)!.progress.state === 'finished');
    expect(browser.htmlOf('verdict')).toContain('its probabilities can be trusted as they stand');
    expect(browser.news.filter(({ progress }) => progress.state === 'finished')).toHaveLength(1);
  });

  it('tells of a folder that is gone, and goes on', async () => {
    const { page, run } = await serve();
    const browser = await listen(page.address);
    run.end();
    rmSync(run.path, { recursive: true });
    await until(() => browser.htmlOf('problems').includes('does not exist'));
    expect(browser.htmlOf('problems')).toContain('does not exist');
  });
});

it('no page is opened of what is no run', async () => {
  await expect(openLivePage('/nowhere')).rejects.toMatchInlineSnapshot(
    `[UsageError: run folder /nowhere does not exist. Give the folder that credence train printed]`,
  );
});
