import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { chooseLauncher, familyOf, familyOfLibrary, findMpiexecs } from '../../src/launch/index.ts';

const scratch = mkdtempSync(join(tmpdir(), 'credence-find-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A program that answers --version like the real one. */
function program(path: string, says: string): string {
  const full = join(scratch, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, `#!/bin/sh\necho '${says}'\n`);
  chmodSync(full, 0o755);
  return full;
}

const openmpi = program('one/bin/mpiexec', 'mpiexec (OpenRTE) 4.1.4');
const mpich = program('two/bin/mpiexec.mpich', 'HYDRA build details: Version: 4.0.2');
const srun = program('three/srun', 'slurm-wlm 22.05');
program('four/mpiexec', 'who knows');
mkdirSync(join(scratch, 'two/lib'));
writeFileSync(join(scratch, 'two/lib/libmpi.so.12'), '');
const path = (...folders: string[]) => folders.map((folder) => join(scratch, folder)).join(':');
const both = { PATH: path('one/bin', 'two/bin', 'three') };

describe('findMpiexecs', () => {
  it('finds each MPI once', () => {
    expect(findMpiexecs(both).map(({ version }) => version)).toEqual(['Open MPI 4.1.4', 'MPICH 4.0.2']);
    expect(findMpiexecs({ PATH: path('four') })).toEqual([]);
  });

  it('tells the families apart, of launchers and of libraries', () => {
    expect(familyOf('mpirun (Open MPI) 5.0.3')).toBe('openmpi');
    expect(familyOf('Intel(R) MPI Library for Linux* OS, Version 2021.9')).toBe('hydra');
    expect(familyOf('PALS 1.2')).toBe(null);
    expect(familyOfLibrary('/usr/lib/libmpi.so.40')).toBe('openmpi');
    expect(familyOfLibrary('/usr/lib/libmpich.so.12')).toBe('hydra');
    expect(familyOfLibrary('/usr/lib/libmpi.so')).toBe(null);
  });
});

describe('chooseLauncher', () => {
  it('takes mpiexec where it is found, that of CREDENCE_MPI where that is named', () => {
    expect(chooseLauncher(null, null, both)).toEqual({ dialect: 'openmpi', program: openmpi, library: null });
    const library = '/opt/lib/libmpi.so.12';
    expect(chooseLauncher(null, null, { ...both, CREDENCE_MPI: library })).toEqual({
      dialect: 'hydra',
      program: mpich,
      library,
    });
  });

  it('passes on the library that lies beside the launcher', () => {
    const library = join(scratch, 'two/lib/libmpi.so.12');
    expect(chooseLauncher('mpiexec', null, { PATH: path('two/bin') })).toMatchObject({ dialect: 'hydra', library });
  });

  it('takes threads without MPI on this machine, and says what to install for others', () => {
    expect(chooseLauncher(null, [{ name: 'localhost', slots: 2 }], { PATH: '' }).dialect).toBe('threads');
    expect(() => chooseLauncher(null, [{ name: 'far', slots: 2 }], { PATH: '' })).toThrowErrorMatchingInlineSnapshot(
      `[UnavailableError: no mpiexec is on the path: expected that of Open MPI or MPICH. Get one: apt-get install openmpi-bin (or mpich), dnf install openmpi, brew install open-mpi, conda install openmpi. On one machine --launcher threads needs none]`,
    );
    expect(() => chooseLauncher('mpiexec', null, { PATH: path('four') })).toThrow(/apt-get install openmpi-bin/);
    expect(() =>
      chooseLauncher('mpiexec', null, { PATH: path('one/bin'), CREDENCE_MPI: '/opt/lib/libmpich.so.12' }),
    ).toThrow('no mpiexec that belongs to CREDENCE_MPI (/opt/lib/libmpich.so.12) is on the path');
  });

  it('knows the launchers of batch systems, and where threads end', () => {
    expect(chooseLauncher('srun', null, both)).toEqual({ dialect: 'srun', program: srun, library: null });
    expect(() => chooseLauncher('aprun', null, both)).toThrowErrorMatchingInlineSnapshot(
      `[UnavailableError: aprun is not on the path. Start this where aprun is (inside a job of the batch system), or leave --launcher away]`,
    );
    expect(() => chooseLauncher('threads', [{ name: 'far', slots: 1 }], both)).toThrowErrorMatchingInlineSnapshot(
      `[UnavailableError: threads stay on this machine: got far, expected localhost. Use --launcher mpiexec for other hosts]`,
    );
  });
});
