import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Elements } from '../elements.ts';

interface Entry {
  readonly id: number;
  readonly arrays: readonly Elements[];
}

/**
 * Makes the arrays of one rank known to the others. Only the reference travels, once per operation; the elements stay
 * where they are. Messages are read when they are needed and not by an event loop, so a rank that waits can find them.
 */
export class Directory {
  /** by rank; null for this one */
  readonly #ports: readonly (MessagePort | null)[];
  readonly #known: Map<number, readonly Elements[]>[];
  #next = 0;

  constructor(ports: readonly (MessagePort | null)[]) {
    this.#ports = ports;
    this.#known = ports.map(() => new Map());
  }

  /** @returns the number under which the other ranks find the arrays from now on */
  publish(rank: number, arrays: readonly Elements[]): number {
    const id = this.#next++;
    this.#known[rank].set(id, arrays);
    for (const port of this.#ports) port?.postMessage({ id, arrays } satisfies Entry);
    return id;
  }

  find(rank: number, id: number): readonly Elements[] {
    const known = this.#known[rank];
    for (;;) {
      const found = known.get(id);
      if (found) return found;
      const received = receiveMessageOnPort(this.#ports[rank]!);
      if (!received) throw new Error(`rank ${rank} has published no arrays under ${id}`);
      const { id: next, arrays } = received.message as Entry;
      known.set(next, arrays);
    }
  }

  close(): void {
    for (const port of this.#ports) port?.close();
  }
}
