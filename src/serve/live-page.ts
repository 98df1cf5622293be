/** The page of a run, served as long as it is wanted: drawn only while somebody looks, and never much. */
import { basename, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandOf } from '../errors/index.ts';
import { assertDrawing, readRun } from '../report/index.ts';
import { Drawing } from './drawing.ts';
import { Pacer } from './pacer.ts';
import { renderPage } from './page.ts';
import { startServer } from './server.ts';
import { Streams } from './streams.ts';

export interface LivePage {
  /** `http://127.0.0.1:PORT/TOKEN/` */
  readonly address: string;
  /** Draws once more for who looks, or has just gone, and ends when they have it. */
  finish(): Promise<void>;
  /** Ends at once. */
  close(): Promise<void>;
}

/** Milliseconds between looks at the run folder while somebody looks at the page. */
const beat = 1000;

/** Beats between signs of life to a browser that hears of nothing else. */
const sign = 15;

/** Seconds for which the last page of a run stays, so that a browser may come back for it, and for which one may take it. */
const farewell = 3;
const slowest = 5;

/**
 * Serves the page of a run folder, of a run that is at work or of one that is not.
 * @param port 0: any that is free
 * @throws UsageError for a folder that holds no run
 * @throws UnavailableError where the port is in use, or what draws is not installed
 */
export async function openLivePage(folder: string, port = 0): Promise<LivePage> {
  assertDrawing('a live page', 'svg');
  readRun(folder);
  const title = `Run: ${basename(resolve(folder))}`;
  const keep = commandOf('report', [folder]);
  const drawing = new Drawing(folder);
  const streams = new Streams((known) => {
    const { progress, revision } = drawing;
    return known >= revision
      ? null
      : { revision, data: JSON.stringify({ revision, progress, parts: drawing.since(known) }) };
  });
  const page = () => {
    const { progress, revision } = drawing;
    return renderPage({ title, keep, progress, parts: drawing.since(-1), revision });
  };
  const server = await startServer({ page, streams }, port);
  const pacer = new Pacer();
  let current: Promise<void> | null = null;
  const draw = async () => {
    await pacer.time(() => drawing.draw());
    streams.tell();
    current = null;
  };
  let beats = 0;
  const timer = setInterval(() => {
    if (streams.size === 0) return;
    drawing.look();
    streams.tell();
    if (++beats % sign === 0) streams.ping();
    if (current === null && pacer.isDue(drawing.isAtWork) && drawing.isStale()) current = draw();
  }, beat);
  const close = async () => {
    clearInterval(timer);
    await server.close();
  };
  return {
    address: server.address,
    close,
    async finish() {
      clearInterval(timer);
      if (streams.idle < farewell) {
        await current;
        await draw();
        await sleep(1e3 * farewell);
        streams.end();
        await streams.gone(slowest);
      }
      await close();
    },
  };
}
