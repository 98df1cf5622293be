import type { MessagePort } from 'node:worker_threads';

/** A place in a group of threads, to be handed to a worker; see `start`. */
export interface ThreadSeat {
  readonly rank: number;
  readonly shared: SharedArrayBuffer;
  /** to each rank; null at one's own */
  readonly ports: readonly (MessagePort | null)[];
  /** ends with the thread that sits here, which the watcher sees */
  readonly pulse: MessagePort;
  /** milliseconds */
  readonly deadline: number;
  readonly host: string;
}
