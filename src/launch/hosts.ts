import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { UsageError } from '../errors/index.ts';

/** A machine, and how many ranks it takes. */
export interface Host {
  readonly name: string;
  readonly slots: number;
}

const hostSyntax = /^([\w.-]+)(?::(\d+))?$/;

/**
 * The hosts of -H: `host:slots,host:slots`; a host without slots has one.
 * @throws UsageError that names the piece that is none
 */
export function parseHosts(text: string): Host[] {
  return unique(
    text.split(',').map((piece) => {
      const [, name, slots = '1'] = hostSyntax.exec(piece.trim()) ?? [];
      if (name === undefined || Number(slots) === 0) {
        throw new UsageError(`-H ${JSON.stringify(text)}`, {
          got: JSON.stringify(piece),
          expected: 'HOST:SLOTS, with commas between several',
        });
      }
      return { name, slots: Number(slots) };
    }),
    '-H',
  );
}

/**
 * The hosts of a file, one per line: `host slots=2` (Open MPI, Horovod), `host:2` (MPICH) or `host`; `#` begins a comment.
 * @throws UsageError that names file and line
 */
export function parseHostfile(text: string, path: string): Host[] {
  const hosts = text.split('\n').flatMap((line, i) => {
    const words = line.replace(/#.*/, '').trim();
    if (words === '') return [];
    const [, name, slots] = /^([\w.-]+)(?:\s*:\s*|\s+slots\s*=\s*)(\d+)$/.exec(words) ?? hostSyntax.exec(words) ?? [];
    if (name !== undefined && Number(slots ?? 1) > 0) return [{ name, slots: Number(slots ?? 1) }];
    throw new UsageError(`${path}, line ${i + 1}`, {
      got: JSON.stringify(words),
      expected: 'HOST slots=COUNT or HOST:COUNT',
    });
  });
  if (hosts.length === 0)
    throw new UsageError(`${path} names no host`, { expected: 'a line HOST slots=COUNT for each' });
  return unique(hosts, path);
}

/** @throws UsageError when it cannot be read, or says something else */
export function readHostfile(path: string): Host[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UsageError(`--hostfile ${path} cannot be read`, { got: (cause as Error).message, cause });
  }
  return parseHostfile(text, path);
}

/**
 * How many ranks to start: what was asked for, else as many as there are slots.
 * @param hosts null: wherever the launcher puts them
 * @throws UsageError for no number at all, one that is none, and more than there are slots
 */
export function countOf(asked: string | null, hosts: readonly Host[] | null): number {
  const slots = hosts?.reduce((sum, host) => sum + host.slots, 0) ?? null;
  if (asked === null) {
    if (slots !== null) return slots;
    throw new UsageError('how many ranks?', { expected: '-n COUNT, or the slots of each host in -H or --hostfile' });
  }
  if (!/^[1-9]\d{0,5}$/.test(asked)) {
    throw new UsageError(`-n ${asked}`, { expected: 'a number of ranks, 1 or more' });
  }
  const count = Number(asked);
  if (slots !== null && count > slots) {
    throw new UsageError('there are more ranks than slots', {
      got: `-n ${count}`,
      expected: `at most ${slots}, the slots of ${hosts!.map(({ name, slots }) => `${name}:${slots}`).join(', ')}`,
      remedy: 'Give fewer ranks, or more slots in -H or --hostfile',
    });
  }
  return count;
}

/** Whether this machine goes by that name. */
export function isLocal({ name }: Host): boolean {
  const own = hostname().toLowerCase();
  return ['localhost', '127.0.0.1', own, own.split('.')[0]].includes(name.toLowerCase());
}

function unique(hosts: Host[], source: string): Host[] {
  const twice = hosts.find(({ name }, i) => hosts.findIndex((other) => other.name === name) < i);
  if (twice === undefined) return hosts;
  throw new UsageError(`${source} names ${twice.name} twice`, { expected: 'each host once, with all its slots' });
}
