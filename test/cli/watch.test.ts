/** `credence watch` and `credence train --watch`, as a user starts them and as a browser sees them. */
import { rmSync } from 'node:fs';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { type Running, endOf, folder, start, writeDigits } from './process.ts';
import { recorder } from './request.ts';

const data = writeDigits('digits');
const words = [
  'train',
  'BNN_FC_flip',
  '--data',
  data,
  '--batchSize',
  '20',
  '--draws',
  '2',
  '--seed',
  '7',
  '--ranks',
  '1',
];
const short = [...words, '--iteration', '40'];
const endless = [...words, '--iteration', '1000000', '--checkpointEvery', '0'];

beforeAll(async () => {
  const { code, stderr } = await endOf(start(...short, '--out', 'done'));
  if (code !== 0) throw new Error(stderr);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a process says of where its page is. */
async function addressOf(child: Running): Promise<string> {
  let text = '';
  return new Promise((done, fail) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const address = /http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\//.exec(text)?.[0];
        if (address) done(address);
      });
    }
    child.on('close', () => fail(new Error(`it ended without an address: ${text}`)));
  });
}

/** Resolves to the status, or to the error's code where nobody answers. */
function knock(address: string): Promise<number | string> {
  return new Promise((done) => {
    const sent = request(address, { agent: false }, (response) => {
      response.resume();
      done(response.statusCode!);
    });
    sent.on('error', (error) => done('code' in error ? String(error.code) : error.message));
    sent.end();
  });
}

async function goneWith(address: string): Promise<void> {
  await expect.poll(() => knock(address), { timeout: 30_000, interval: 50 }).toBe('ECONNREFUSED');
}

async function refusal(...typed: string[]): Promise<string> {
  const terminal = recorder();
  const code = await run(typed, terminal);
  return `${code}: ${terminal.err().trim()}`;
}

describe('credence watch', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('serves a finished run until %s', async (signal) => {
    const child = start('watch', 'done');
    const ended = endOf(child);
    const address = await addressOf(child);
    expect(await knock(address)).toBe(200);
    child.kill(signal);
    expect(await ended).toEqual({ code: 0, signal: null, stdout: `live page: ${address}\n`, stderr: '' });
  });

  it('answers an object with --json', async () => {
    const child = start('watch', 'done', '--json');
    const ended = endOf(child);
    const address = await addressOf(child);
    child.kill('SIGTERM');
    expect(JSON.parse((await ended).stdout)).toEqual({ run: 'done', address });
  });

  it('says which port is in use, and ends', async () => {
    const first = start('watch', 'done');
    const ended = endOf(first);
    const { port } = new URL(await addressOf(first));
    const { code, stdout, stderr } = await endOf(start('watch', 'done', '--port', port));
    first.kill('SIGTERM');
    await ended;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.replaceAll(port, 'N')).toMatchInlineSnapshot(`
      "credence: port N is in use. Give another port with --port, or leave it away: any free one is taken then
      "
    `);
  });

  it('refuses what is no run and no port', async () => {
    expect(await refusal('watch', 'nowhere')).toMatchInlineSnapshot(
      `"2: credence: run folder nowhere does not exist. Give the folder that credence train printed"`,
    );
    expect(await refusal('watch', folder, '--port', '70000')).toMatchInlineSnapshot(
      `"2: credence: --port: got 70000, expected integers from 0 to 65535"`,
    );
    expect(await refusal('train', 'mnist', '--port', '8080')).toMatchInlineSnapshot(
      `"2: credence: --port without --watch: expected --watch, whose port it is"`,
    );
    expect(await refusal('train', 'mnist', '--watch')).toMatchInlineSnapshot(
      `"1: credence: a live page starts from the built program. Run npm run build"`,
    );
  });
});

describe('credence train --watch', () => {
  it('tells the address on stderr, leaves stdout to the result, and computes the same', async () => {
    const { code, stdout, stderr } = await endOf(start(...short, '--out', 'watched', '--watch', '--json'));
    const before = JSON.parse((await endOf(start(...short, '--out', 'unwatched', '--json'))).stdout) as object;
    expect(code).toBe(0);
    expect(stderr).toMatch(/^(live page: http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/\n)?$/);
    const own = { run: expect.any(String), samplesPerSecond: expect.any(Number) };
    expect(JSON.parse(stdout)).toEqual({ ...before, ...own });
  });

  it('goes on without a page where the port is in use', async () => {
    const child = start('watch', 'done');
    const ended = endOf(child);
    const { port } = new URL(await addressOf(child));
    const training = start(...endless, '--out', 'taken', '--watch', '--port', port);
    const trained = endOf(training);
    await new Promise<void>((done) => {
      training.stderr.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('no live page')) done();
      });
    });
    training.kill('SIGINT');
    const { code, stderr } = await trained;
    child.kill('SIGTERM');
    await ended;
    expect(stderr).toContain(`no live page: port ${port} is in use. Give another port`);
    // it went on until it was told to stop
    expect([code, stderr]).toEqual([1, expect.stringContaining('checkpointed. Go on with')]);
  });

  it.each(['SIGINT', 'SIGKILL'] as const)('is gone with the run: %s', async (signal) => {
    const child = start(...endless, '--out', signal, '--watch');
    const ended = endOf(child);
    const address = await addressOf(child);
    expect(await knock(address)).toBe(200);
    child.kill(signal);
    await ended;
    await goneWith(address);
  });
});
