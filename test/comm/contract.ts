import { hostname } from 'node:os';
import { expect } from 'vitest';
import { solo } from '../../src/comm/index.ts';
import { healthy } from './scenarios.ts';

/** The same for every communicator and number of ranks. */
const digests = healthy.exact(solo);

/** What the scenarios of `healthy` must return on each rank. */
export function checkHealthy(results: readonly (Record<string, unknown> | null)[]): void {
  for (const result of results) {
    expect(result).toMatchObject({
      allreduce: 120,
      broadcast: 5,
      allgather: 5,
      engineMemory: 3,
      nonBlocking: 100,
      exact: digests,
      fast: results[0]!.fast,
      noDrift: 'no drift',
    });
  }
}

/** A message without what differs from run to run: host and times. */
export function plain(message: unknown): unknown {
  return typeof message === 'string'
    ? message.replaceAll(hostname(), 'HOST').replaceAll(/\d+(\.\d+)? s\b/g, 'T s')
    : message;
}
