/**
 * The browsers that look at a page, each with a stream of server-sent events. Each is told what has changed since it was
 * last told something: one that is slow hears less often, one that comes back hears all that it missed, and nothing waits
 * for either.
 */
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Something to tell. */
export interface News {
  /** what a browser says that it knows when it comes back */
  readonly revision: number;
  /** of one line */
  readonly data: string;
}

interface Stream {
  readonly response: ServerResponse;
  revision: number;
}

/** More than these are no readers. */
const mostStreams = 32;

export class Streams {
  readonly #newsSince: (revision: number) => News | null;
  readonly #open = new Set<Stream>();
  #left = Number.NEGATIVE_INFINITY;

  /** @param newsSince what has changed since a revision; null: nothing */
  constructor(newsSince: (revision: number) => News | null) {
    this.#newsSince = newsSince;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Seconds since somebody looked; infinity: nobody ever has. */
  get idle(): number {
    return this.#open.size > 0 ? 0 : (performance.now() - this.#left) / 1e3;
  }

  /**
   * @param revision that the browser knows
   * @returns false where there are too many
   */
  add(response: ServerResponse, revision: number): boolean {
    if (this.#open.size >= mostStreams) return false;
    const stream = { response, revision };
    this.#open.add(stream);
    response.on('drain', () => this.#tell(stream));
    response.on('close', () => {
      this.#open.delete(stream);
      this.#left = performance.now();
    });
    // a connection that breaks while it is written to
    response.on('error', () => response.destroy());
    this.#tell(stream);
    return true;
  }

  /** Tells each what it does not know. */
  tell(): void {
    for (const stream of this.#open) this.#tell(stream);
  }

  /** A line without meaning, after which a connection that is gone is known to be. */
  ping(): void {
    for (const { response } of this.#open) if (!response.writableNeedDrain) response.write(':\n\n');
  }

  /** Says that no more will come, and ends. */
  end(): void {
    for (const { response } of this.#open) response.end('event: end\ndata: \n\n');
  }

  /** Until all have taken what they were told and are gone, or the time is up. */
  async gone(seconds: number): Promise<void> {
    const until = performance.now() + 1e3 * seconds;
    while (this.#open.size > 0 && performance.now() < until) await sleep(20);
  }

  #tell(stream: Stream): void {
    const { response } = stream;
    // it has not taken the last; it is told when it has
    if (response.writableNeedDrain) return;
    const news = this.#newsSince(stream.revision);
    if (news === null) return;
    stream.revision = news.revision;
    response.write(`id: ${news.revision}\nevent: news\ndata: ${news.data}\n\n`);
  }
}
