import { expect, test } from 'vitest';
import { abiOf } from '../../src/comm/mpi/abi.ts';
import { mpiLibraries, loadLibrary } from '../../src/comm/mpi/library.ts';
import { isInstalled, mpis, runMpi } from './launch-mpi.ts';

test('the library of the launcher is looked for first', () => {
  const first = (env: Record<string, string>) => mpiLibraries(env)[0];
  expect(first({})).toBe('libmpi.so.40');
  expect(first({ OMPI_COMM_WORLD_RANK: '0', OMPI_COMM_WORLD_SIZE: '2' })).toBe('libmpi.so.40');
  expect(first({ PMI_RANK: '0', PMI_SIZE: '2' })).toBe('libmpi.so.12');
  expect(first({ SLURM_PROCID: '0', SLURM_STEP_ID: '0', SLURM_STEP_NUM_TASKS: '2' })).toBe('libmpi.so.12');
  expect(mpiLibraries({ PMI_RANK: '0', PMI_SIZE: '2' })).toContain('/usr/local/lib/libmpi.so.40');
  expect(mpiLibraries({ CONDA_PREFIX: '/opt/conda' })).toContain('/opt/conda/lib/libmpi.so.12');
  expect(mpiLibraries({ CREDENCE_MPI: '/opt/mpi/libmpi.so', CONDA_PREFIX: '/opt/conda' })).toEqual([
    '/opt/mpi/libmpi.so',
  ]);
});

test('without MPI it is said which package to get', async () => {
  await expect(loadLibrary({}, ['libmpi-that-nobody-has.so'])).rejects.toThrowErrorMatchingInlineSnapshot(
    `[UnavailableError: no MPI is installed. Get one: apt-get install openmpi-bin (or mpich), dnf install openmpi, brew install open-mpi, conda install openmpi; or name its library in CREDENCE_MPI. On one machine --ranks N needs none]`,
  );
});

test('a library that is named must be there', async () => {
  await expect(loadLibrary({ CREDENCE_MPI: '/nowhere/libmpi.so.12' })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[UnavailableError: CREDENCE_MPI names no MPI library that can be loaded: got /nowhere/libmpi.so.12, which is not there, expected the path of libmpi.so.40 (Open MPI), libmpich.so.12 or libmpi.so.12 (MPICH)]`,
  );
});

test('an MPI with an interface of its own is refused', async () => {
  const library = { koffi: null as never, handle: null as never, path: '' };
  expect(() => abiOf('Platform MPI 9.1.4\n', library)).toThrowErrorMatchingInlineSnapshot(
    `[UnavailableError: this MPI is not known: got Platform MPI 9.1.4, expected Open MPI, or one with the binary interface of MPICH (MPICH, Intel MPI, Cray MPICH, MVAPICH). Name the library of one of these in CREDENCE_MPI]`,
  );
  for (const version of [
    'MPICH Version: 4.0.2',
    'Intel(R) MPI Library 2021.11',
    'MPI VERSION : CRAY MPICH version 8.1',
  ]) {
    expect(abiOf(version, library).name).toBe('MPICH');
  }
});

const [openMpi, mpich] = mpis;
const both = process.env.CI !== undefined || (isInstalled(openMpi) && isInstalled(mpich));

const say = both ? '' : ' (skipped: needs openmpi-bin and mpich)';

test.runIf(both)(`launcher and library must belong together${say}`, async () => {
  const run = await runMpi(openMpi, 2, ['noDrift'], { env: { CREDENCE_MPI: 'libmpich.so.12' } });
  expect(run.status).not.toBe(0);
  const message = /CommunicationError: (.*)/.exec(run.output)?.[1].replace(/rank \d of/, 'rank R of');
  expect(message).toMatchInlineSnapshot(
    `"the launcher and the MPI library do not belong together: got rank R of 2 from the launcher, rank 0 of 1 from MPICH (libmpich.so.12). Start with the mpiexec of that library, or name the library of your mpiexec in CREDENCE_MPI"`,
  );
});
