import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { countOf, parseHostfile, parseHosts, readHostfile, reachable } from '../../src/launch/index.ts';

describe('parseHosts', () => {
  it('reads hosts with their slots, one where there are none', () => {
    expect(parseHosts('localhost:2')).toEqual([{ name: 'localhost', slots: 2 }]);
    expect(parseHosts('a-1.net:4, b')).toEqual([
      { name: 'a-1.net', slots: 4 },
      { name: 'b', slots: 1 },
    ]);
  });

  it('adds up the slots of a host that is named again, as mpiexec does', () => {
    expect(parseHosts('a,b:2,a:3')).toEqual([
      { name: 'a', slots: 4 },
      { name: 'b', slots: 2 },
    ]);
  });

  it('takes addresses, and a user', () => {
    expect(parseHosts('10.0.0.7:2,[fe80::1]:3,me@node-1').map(({ name, slots }) => `${name} ${slots}`)).toEqual([
      '10.0.0.7 2',
      '[fe80::1] 3',
      'me@node-1 1',
    ]);
  });

  it('names the piece that it cannot read', () => {
    expect(() => parseHosts('a:2,b:two')).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: -H "a:2,b:two": got "b:two", expected HOST:SLOTS, with commas between several; of a host the name, which begins with a letter or a digit, or the address]`,
    );
    expect(() => parseHosts('a:0')).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: -H "a:0": got "a:0", expected HOST:SLOTS, with commas between several; of a host the name, which begins with a letter or a digit, or the address]`,
    );
    expect(() => parseHosts('')).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: -H "": got "", expected HOST:SLOTS, with commas between several; of a host the name, which begins with a letter or a digit, or the address]`,
    );
  });
});

describe('parseHostfile', () => {
  it('reads the forms of Open MPI, Horovod and MPICH', () => {
    const text = '# nodes\nalpha slots=4\nbeta:2 # the slow one\n\ngamma\ndelta slots = 3\r\n';
    expect(parseHostfile(text, 'hosts').map(({ name, slots }) => `${name}:${slots}`)).toEqual([
      'alpha:4',
      'beta:2',
      'gamma:1',
      'delta:3',
    ]);
  });

  it('reads a file of PBS, a line per slot, and the bounds of Open MPI', () => {
    expect(parseHostfile('a\nb\na\na\n', 'nodes')).toEqual([
      { name: 'a', slots: 3 },
      { name: 'b', slots: 1 },
    ]);
    expect(parseHostfile('a slots=2 max_slots=4\nb max-slots=2\n', 'nodes')).toEqual([
      { name: 'a', slots: 2 },
      { name: 'b', slots: 1 },
    ]);
    expect(() => parseHostfile('a slots=3 max_slots=2', 'nodes')).toThrow('nodes, line 1: got "a slots=3 max_slots=2"');
    expect(() => parseHostfile('a slots=3 ifname=4', 'nodes')).toThrow('got "ifname=4"');
  });

  it('names file and line', () => {
    expect(() => parseHostfile('a:2\nb slots=many\n', 'nodes.txt')).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: nodes.txt, line 2: got "b slots=many", expected HOST slots=COUNT or HOST:COUNT; of a host the name, which begins with a letter or a digit, or the address]`,
    );
    expect(() => parseHostfile('a:2\nb:0', 'nodes.txt')).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: nodes.txt, line 2: got "b:0", expected HOST slots=COUNT or HOST:COUNT; of a host the name, which begins with a letter or a digit, or the address]`,
    );
    expect(() => parseHostfile('# none\n', 'nodes.txt')).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: nodes.txt names no host: expected a line HOST slots=COUNT for each]`,
    );
    expect(() => readHostfile('/nowhere/nodes.txt')).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: --hostfile /nowhere/nodes.txt cannot be read: got ENOENT: no such file or directory, open '/nowhere/nodes.txt']`,
    );
  });
});

describe('countOf', () => {
  const hosts = [
    { name: 'a', slots: 2 },
    { name: 'b', slots: 1 },
  ];

  it('takes what was asked for, else all slots', () => {
    expect(countOf('3', hosts)).toBe(3);
    expect(countOf(null, hosts)).toBe(3);
    expect(countOf('8', null)).toBe(8);
  });

  it('refuses numbers that are none, and more than there are slots', () => {
    expect(() => countOf('4', hosts)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: there are more ranks than slots: got -n 4, expected at most 3, the slots of a:2, b:1. Give fewer ranks, or more slots in -H or --hostfile]`,
    );
    expect(() => countOf('0', hosts)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: -n 0: expected a number of ranks, 1 or more]`,
    );
    expect(() => countOf('-1', null)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: -n -1: expected a number of ranks, 1 or more]`,
    );
    expect(() => countOf(null, null)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: how many ranks?: expected -n COUNT, or the slots of each host in -H or --hostfile]`,
    );
  });
});

describe('reachable', () => {
  it('leaves out the hosts that do not answer; what cannot be known counts as there', async () => {
    const hosts = parseHosts('a:1,b:2,c:3');
    const answers: Record<string, boolean | null> = { a: true, b: false, c: null };
    const { there, lost } = await reachable(hosts, async ({ name }) => answers[name]);
    expect(there.map(({ name }) => name)).toEqual(['a', 'c']);
    expect(lost).toEqual(['b']);
  });

  it('asks nobody about this machine', async () => {
    const { probeBySsh } = await import('../../src/launch/index.ts');
    expect(await probeBySsh({ name: hostname(), slots: 1 })).toBe(null);
  });
});
