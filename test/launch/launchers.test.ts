import { describe, expect, it } from 'vitest';
import { type Dialect, type Plan, canTag, commandLineOf } from '../../src/launch/index.ts';
import { readTag, stopSignal } from '../../src/launch/launchers.ts';

const plan: Plan = {
  ranks: 4,
  hosts: [
    { name: 'a', slots: 2 },
    { name: 'b', slots: 2 },
  ],
  command: ['node', 'main.js', 'train', 'mnist'],
  isTagged: true,
  isRoot: true,
};
const everywhere: Plan = { ...plan, hosts: null, isTagged: false, isRoot: false };

function line(dialect: Dialect, given: Plan, library: string | null = '/opt/lib/libmpi.so'): string {
  const { program, words } = commandLineOf({ dialect, program: dialect, library }, given);
  return [program, ...words].join(' ');
}

describe('commandLineOf', () => {
  it('speaks to the mpiexec of Open MPI', () => {
    expect(line('openmpi', plan)).toMatchInlineSnapshot(
      `"openmpi -q --allow-run-as-root -H a:2,b:2 --tag-output -x CREDENCE_MPI=/opt/lib/libmpi.so -n 4 node main.js train mnist"`,
    );
    expect(line('openmpi', everywhere, null)).toMatchInlineSnapshot(`"openmpi -q -n 4 node main.js train mnist"`);
  });

  it('speaks to the mpiexec of MPICH', () => {
    expect(line('hydra', plan)).toMatchInlineSnapshot(
      `"hydra -hosts a:2,b:2 -prepend-rank -genv CREDENCE_MPI /opt/lib/libmpi.so -n 4 node main.js train mnist"`,
    );
    expect(line('hydra', everywhere, null)).toMatchInlineSnapshot(`"hydra -n 4 node main.js train mnist"`);
  });

  it('speaks to srun', () => {
    expect(line('srun', plan)).toMatchInlineSnapshot(
      `"srun -n 4 -w a,b --ntasks-per-node=2 --label --kill-on-bad-exit=1 --export=ALL,CREDENCE_MPI=/opt/lib/libmpi.so node main.js train mnist"`,
    );
    expect(line('srun', everywhere, null)).toMatchInlineSnapshot(
      `"srun -n 4 --kill-on-bad-exit=1 node main.js train mnist"`,
    );
  });

  it('speaks to aprun', () => {
    expect(line('aprun', plan)).toMatchInlineSnapshot(
      `"aprun -n 4 -L a,b -N 2 -e CREDENCE_MPI=/opt/lib/libmpi.so node main.js train mnist"`,
    );
    expect(line('aprun', everywhere, null)).toMatchInlineSnapshot(`"aprun -n 4 node main.js train mnist"`);
  });

  it('speaks to jsrun', () => {
    expect(line('jsrun', { ...plan, hosts: null })).toMatchInlineSnapshot(
      `"jsrun --nrs 4 --tasks_per_rs 1 --cpu_per_rs 1 --stdio_mode prepended -E CREDENCE_MPI=/opt/lib/libmpi.so node main.js train mnist"`,
    );
    expect(() => line('jsrun', plan)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: jsrun takes no list of hosts. Leave -H and --hostfile away: LSF has them]`,
    );
  });

  it('speaks to flux run, and to the mpiexec of Cray', () => {
    expect(line('flux', plan)).toBe(
      'flux run -n 4 --requires=hosts:a,b --label-io --env=CREDENCE_MPI=/opt/lib/libmpi.so node main.js train mnist',
    );
    expect(line('pals', { ...everywhere, hosts: plan.hosts }, null)).toBe(
      'pals -n 4 --hosts a,b node main.js train mnist',
    );
  });

  it('starts threads without a launcher', () => {
    expect(line('threads', plan)).toMatchInlineSnapshot(`"node main.js train mnist --ranks 4"`);
  });

  it('keeps a rank that is alone from taking a thread per core', () => {
    expect(line('hydra', { ...everywhere, ranks: 1 }, null)).toMatch(/ -n 1 node main.js train mnist --ranks 1$/);
  });

  it('refuses unequal hosts where the launcher knows one number for all', () => {
    const hosts = [
      { name: 'a', slots: 3 },
      { name: 'b', slots: 1 },
    ];
    expect(() => line('srun', { ...plan, hosts })).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: this launcher takes as many ranks on every host: got a:3,b:1, expected the same number of slots for all]`,
    );
    expect(() => line('aprun', { ...plan, hosts })).toThrow(/as many ranks on every host/);
  });
});

describe('readTag', () => {
  it('tells who has written a line', () => {
    expect(readTag('openmpi', '[1,3]<stdout>:step 10')).toEqual({ rank: 3, text: 'step 10' });
    expect(readTag('hydra', '[12] step 10')).toEqual({ rank: 12, text: 'step 10' });
    expect(readTag('srun', ' 7: step 10')).toEqual({ rank: 7, text: 'step 10' });
    expect(readTag('jsrun', '0: step 10')).toEqual({ rank: 0, text: 'step 10' });
    expect(readTag('flux', '3: step 10')).toEqual({ rank: 3, text: 'step 10' });
  });

  it('knows what the launcher says itself', () => {
    const line = '[mpiexec@host] Press Ctrl-C';
    expect(readTag('hydra', line)).toEqual({ rank: null, text: line });
    expect(readTag('aprun', '0: step')).toEqual({ rank: null, text: '0: step' });
    expect([canTag('hydra'), canTag('aprun'), canTag('threads')]).toEqual([true, false, false]);
  });
});

it('stops Open MPI by the signal that it passes on', () => {
  expect(stopSignal('openmpi')).toBe('SIGUSR2');
  expect(stopSignal('hydra')).toBe('SIGTERM');
});
