import { hostname } from 'node:os';
import { UsageError } from '../errors/index.ts';
import { readRegular } from '../run/index.ts';

/** A machine, and how many ranks it takes. */
export interface Host {
  readonly name: string;
  readonly slots: number;
}

/** A name, an address, one of the sixth version in brackets, with a user where the launcher takes one; never a flag. */
const hostName = /^(?:[A-Za-z0-9_][\w.-]*@)?(?:[A-Za-z0-9_][\w.-]*|\[[\da-fA-F:.]+\])$/;
const hostSyntax = /^(.*?)(?::(\d{1,7}))?$/s;

/** @throws UsageError for a name that ssh, or what starts ranks, would take for something else */
export function assertHosts(hosts: readonly Host[]): void {
  const bad = hosts.find(({ name }) => !hostName.test(name));
  if (bad) throw new UsageError('a host name', { got: JSON.stringify(bad.name), expected: hostNameWords });
}

const hostNameWords = 'the name, which begins with a letter or a digit, or the address';

/**
 * The hosts of -H: `host:slots,host:slots`; a host without slots has one, and one that is named again has so many more, as for
 * the mpiexec of Open MPI and MPICH.
 * @throws UsageError that names the piece that is none
 */
export function parseHosts(text: string): Host[] {
  return summed(
    text.split(',').map((piece) => {
      const [, name = '', slots = '1'] = hostSyntax.exec(piece.trim()) ?? [];
      if (!hostName.test(name) || Number(slots) === 0) {
        throw new UsageError(`-H ${JSON.stringify(text)}`, {
          got: JSON.stringify(piece),
          expected: `HOST:SLOTS, with commas between several; of a host ${hostNameWords}`,
        });
      }
      return { name, slots: Number(slots) };
    }),
  );
}

/**
 * The hosts of a file, one per line: `host slots=2` (Open MPI, Horovod; also with max_slots), `host:2` (MPICH) or `host`; `#`
 * begins a comment. A host on several lines has the slots of all of them, as in the file of a PBS job.
 * @throws UsageError that names file and line
 */
export function parseHostfile(text: string, path: string): Host[] {
  const hosts = text.split('\n').flatMap((line, i) => {
    const words = line.replace(/#.*/s, '').trim();
    return words === '' ? [] : [parseLine(words, `${path}, line ${i + 1}`)];
  });
  if (hosts.length === 0)
    throw new UsageError(`${path} names no host`, { expected: 'a line HOST slots=COUNT for each' });
  return summed(hosts);
}

const lineSyntax = /^(\S+?)(?:\s*:\s*(\d{1,7}))?((?:\s+[A-Za-z_-]+\s*=\s*\d{1,7})*)$/;

function parseLine(words: string, place: string): Host {
  const refused = (got: string) =>
    new UsageError(place, {
      got: JSON.stringify(got),
      expected: `HOST slots=COUNT or HOST:COUNT; of a host ${hostNameWords}`,
    });
  const [, name = '', behindColon, keys = ''] = lineSyntax.exec(words) ?? [];
  if (!hostName.test(name)) throw refused(words);
  let slots = behindColon === undefined ? null : Number(behindColon);
  let most = Number.POSITIVE_INFINITY;
  for (const [whole, key, value] of keys.matchAll(/([A-Za-z_-]+)\s*=\s*(\d+)/g)) {
    if (/^max[-_]?slots$/i.test(key!)) most = Number(value);
    else if (/^slots$/i.test(key!) && slots === null) slots = Number(value);
    else throw refused(whole);
  }
  slots ??= 1;
  if (slots === 0 || slots > most) throw refused(words);
  return { name, slots };
}

/** @throws UsageError when it cannot be read, or says something else */
export function readHostfile(path: string): Host[] {
  let text: string;
  try {
    text = readRegular(path).toString('utf8');
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

/** Each host once, where it is named first, with all of its slots. */
function summed(hosts: readonly Host[]): Host[] {
  const slots = new Map<string, number>();
  for (const host of hosts) slots.set(host.name, (slots.get(host.name) ?? 0) + host.slots);
  return [...slots].map(([name, count]) => ({ name, slots: count }));
}
