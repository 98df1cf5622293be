import { CommunicationError } from '../errors/index.ts';
import { describeCall } from './call.ts';

export interface Absence {
  readonly rank: number;
  readonly host: string;
  /** what is known of it: `last seen 31 s ago in ...` */
  readonly last: string;
}

export interface Overdue {
  readonly rank: number;
  readonly host: string;
  /** milliseconds */
  readonly waited: number;
  /** a call as `describeCall` words it */
  readonly operation: string;
  readonly absent: readonly Absence[];
}

/** The error of a rank that has waited in vain. */
export function missing({ rank, host, waited, operation, absent }: Overdue): CommunicationError {
  const what = `rank ${rank} on ${host} waited ${seconds(waited)} in ${operation}`;
  const who = absent.map((other) => `rank ${other.rank} on ${other.host} (${other.last})`).join(', ');
  return new CommunicationError(`${what}: missing ${who || 'no rank that could be named'}`, {
    remedy: 'Look at what became of it; give a longer --deadline if a step takes that long',
    ranks: absent.map((other) => other.rank),
  });
}

/** The error of ranks that call different operations: those that differ from the majority are to blame. */
export function disagreement(headers: readonly Int32Array[], rank: number): CommunicationError {
  const calls = new Map<string, number[]>();
  for (const [other, header] of headers.entries()) {
    const call = describeCall(header);
    calls.set(call, [...(calls.get(call) ?? []), other]);
  }
  const groups = [...calls].sort(([, a], [, b]) => b.length - a.length || a[0] - b[0]);
  const sides = groups.map(([call, ranks]) => `${rankList(ranks)}: ${call}`).join('; ');
  return new CommunicationError(`the ranks call different operations (seen from rank ${rank}): ${sides}`, {
    remedy: 'Start every rank with the same configuration and version',
    ranks: groups.slice(1).flatMap(([, ranks]) => ranks),
  });
}

function rankList(ranks: readonly number[]): string {
  return ranks.length === 1 ? `rank ${ranks[0]}` : `ranks ${ranks.join(', ')}`;
}

export function seconds(milliseconds: number): string {
  return `${milliseconds < 10_000 ? (milliseconds / 1000).toFixed(1) : Math.round(milliseconds / 1000)} s`;
}
