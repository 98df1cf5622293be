/**
 * The live page of a training, in a process of its own that ends with it: drawing takes neither the time nor the memory of the
 * thread that trains, nor of one that it waits for, and has a lower priority than they (`attached.ts`).
 */
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '../errors/index.ts';
import { assertDrawing } from '../report/index.ts';

export interface AttachedPage {
  /** Waits until who looks has seen the end, a few seconds at most. */
  end(): Promise<void>;
}

/** What the child is told, as its one word. */
export interface Attached {
  readonly folder: string;
  readonly port: number;
}

/** What it answers: where the page is, or why there is none. */
export type Answer = { readonly address: string } | { readonly failure: string };

/** Milliseconds after which a child that should have ended is ended. */
const patience = 20_000;

/** Node starts no process from TypeScript sources. */
const canStart = import.meta.url.endsWith('.js');

/**
 * Asked before a training begins that would have a page.
 * @throws UnavailableError
 */
export function assertAttachable(): void {
  if (!canStart)
    throw new UnavailableError('a live page starts from the built program', { remedy: 'Run npm run build' });
  assertDrawing('a live page', 'svg');
}

/**
 * @param tell hears the address, or why there is no page: a training goes on without
 */
export function attachLivePage(attached: Attached, tell: (text: string) => void): AttachedPage {
  const child = fork(new URL('./attached.js', import.meta.url), [JSON.stringify(attached)], {
    execArgv: [],
    // a bar on the terminal is nobody else's to write over
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let isEnding = false;
  child.on('message', (answer: Answer) => {
    tell('address' in answer ? `live page: ${answer.address}` : `no live page: ${answer.failure}`);
    if ('failure' in answer) isEnding = true;
  });
  child.on('error', (error) => tell(`no live page: ${error.message}`));
  child.on('exit', () => {
    if (!isEnding) tell('the live page has ended; the training goes on');
  });
  return {
    async end() {
      isEnding = true;
      await ended(child);
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exit = new Promise<void>((done) => child.once('exit', () => done()));
  // its sign that the training is over, as it is when this process is killed
  if (child.connected) child.disconnect();
  const late = new AbortController();
  await Promise.race([exit, sleep(patience, undefined, { signal: late.signal }).catch(() => {})]);
  late.abort();
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
}
