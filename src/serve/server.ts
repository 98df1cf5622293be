/**
 * HTTP for one page on this machine alone. Its address has a token that nobody can guess; whoever does not know it, and
 * whoever comes under another name than this machine's (DNS rebinding), learns nothing but that there is nothing here.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UnavailableError, describeFailure, systemCode } from '../errors/index.ts';
import type { Streams } from './streams.ts';

const host = '127.0.0.1';

/** What a browser may call it, behind whatever port a tunnel ends. */
const ownNames = /^(127\.0\.0\.1|localhost)(:\d{1,5})?$/i;

export interface Served {
  /** the page as it is now */
  page(): string;
  readonly streams: Streams;
}

export interface LiveServer {
  /** `http://127.0.0.1:PORT/TOKEN/` */
  readonly address: string;
  /** Ends all connections, whatever is still on its way. */
  close(): Promise<void>;
}

/**
 * @param port 0: any that is free
 * @throws UnavailableError where the port is in use, or not for this user
 */
export async function startServer(served: Served, port: number): Promise<LiveServer> {
  const token = randomBytes(16).toString('hex');
  const policy = policyOf(served.page());
  const server = createServer((request, response) => answer(request, response, { served, token, policy }));
  await listen(server, port);
  return {
    address: `http://${host}:${(server.address() as AddressInfo).port}/${token}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function listen(server: Server, port: number): Promise<void> {
  try {
    await new Promise<void>((done, fail) => {
      server.once('error', fail);
      server.listen(port, host, () => {
        server.off('error', fail);
        done();
      });
    });
  } catch (error) {
    const remedy = 'Give another port with --port, or leave it away: any free one is taken then';
    if (systemCode(error) === 'EADDRINUSE')
      throw new UnavailableError(`port ${port} is in use`, { remedy, cause: error });
    throw new UnavailableError(`port ${port} cannot be opened`, { ...describeFailure(error), remedy });
  }
}

interface Room {
  readonly served: Served;
  readonly token: string;
  readonly policy: string;
}

function answer(request: IncomingMessage, response: ServerResponse, { served, token, policy }: Room): void {
  const [path = '', query] = (request.url ?? '').split('?', 2);
  const [, given = '', name, ...more] = path.split('/');
  const isKnown = isSame(given, token) && ownNames.test(request.headers.host ?? '');
  if (!isKnown || more.length > 0) return refuse(response, 404, 'Not found');
  const { method } = request;
  if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405, 'Only to look at', { Allow: 'GET, HEAD' });
  if (name === undefined) return refuse(response, 308, 'It is a folder', { Location: `/${token}/` });
  if (name === '') {
    response.writeHead(200, {
      ...always,
      'Content-Security-Policy': policy,
      'Content-Type': 'text/html; charset=utf-8',
    });
    response.end(method === 'HEAD' ? undefined : served.page());
  } else if (name === 'events' && method === 'GET') {
    stream(response, served, request.headers['last-event-id'] ?? new URLSearchParams(query).get('since'));
  } else refuse(response, 404, 'Not found');
}

function stream(response: ServerResponse, { streams }: Served, known: string | readonly string[] | null): void {
  const revision = typeof known === 'string' && /^\d{1,15}$/.test(known) ? Number(known) : 0;
  response.writeHead(200, { ...always, 'Content-Type': 'text/event-stream; charset=utf-8' });
  response.flushHeaders();
  if (!streams.add(response, revision)) response.end();
}

const always = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

function refuse(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { ...always, ...headers, 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}

function isSame(given: string, token: string): boolean {
  const [a, b] = [given, token].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a!, b!);
}

/** Nothing from elsewhere, no script and no style but the page's own, each known by its digest. */
function policyOf(page: string): string {
  const digests = (tag: 'script' | 'style') =>
    [...page.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, 'g'))]
      .map(([, text]) => `'sha256-${createHash('sha256').update(text!).digest('base64')}'`)
      .join(' ');
  return [
    "default-src 'none'",
    `script-src ${digests('script')}`,
    `style-src ${digests('style')}`,
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
