import { describe, expect, test } from 'vitest';
import { rankFromEnvironment } from '../../src/comm/index.ts';

const cases = [
  {
    name: 'Open MPI',
    env: { OMPI_COMM_WORLD_RANK: '3', OMPI_COMM_WORLD_SIZE: '8', OMPI_COMM_WORLD_LOCAL_RANK: '1', PMIX_RANK: '3' },
    expected: { launcher: 'openmpi', rank: 3, size: 8, localRank: 1 },
  },
  {
    name: 'MPICH and Intel MPI',
    env: { PMI_RANK: '0', PMI_SIZE: '2', MPI_LOCALRANKID: '0' },
    expected: { launcher: 'mpich', rank: 0, size: 2, localRank: 0 },
  },
  {
    name: 'srun',
    env: { SLURM_PROCID: '5', SLURM_NTASKS: '16', SLURM_STEP_NUM_TASKS: '6', SLURM_LOCALID: '1', SLURM_STEP_ID: '0' },
    expected: { launcher: 'slurm', rank: 5, size: 6, localRank: 1 },
  },
  {
    name: 'srun --mpi=pmi2',
    env: { PMI_RANK: '1', PMI_SIZE: '4', SLURM_PROCID: '1', SLURM_NTASKS: '4', SLURM_LOCALID: '1', SLURM_STEP_ID: '2' },
    expected: { launcher: 'mpich', rank: 1, size: 4, localRank: 1 },
  },
  {
    name: 'mpiexec of Open MPI within a job of Slurm',
    env: {
      SLURM_PROCID: '0',
      SLURM_NTASKS: '1',
      SLURM_STEP_ID: '0',
      OMPI_COMM_WORLD_RANK: '2',
      OMPI_COMM_WORLD_SIZE: '4',
    },
    expected: { launcher: 'openmpi', rank: 2, size: 4, localRank: null },
  },
  { name: 'the batch script of Slurm itself', env: { SLURM_PROCID: '0', SLURM_NTASKS: '16' }, expected: null },
  {
    name: 'aprun',
    env: { ALPS_APP_PE: '7' },
    expected: { launcher: 'alps', rank: 7, size: null, localRank: null },
  },
  {
    name: 'flux run',
    env: { FLUX_TASK_RANK: '2', FLUX_JOB_SIZE: '4', FLUX_TASK_LOCAL_ID: '0', PMI_RANK: '2', PMI_SIZE: '4' },
    expected: { launcher: 'flux', rank: 2, size: 4, localRank: 0 },
  },
  {
    name: 'srun --mpi=pmix',
    env: { PMIX_RANK: '1', SLURM_PROCID: '1', SLURM_STEP_NUM_TASKS: '2', SLURM_LOCALID: '0', SLURM_STEP_ID: '0' },
    expected: { launcher: 'pmix', rank: 1, size: 2, localRank: 0 },
  },
  {
    name: 'jsrun',
    env: { JSM_NAMESPACE_RANK: '3', JSM_NAMESPACE_SIZE: '4', JSM_NAMESPACE_LOCAL_RANK: '1', PMIX_RANK: '3' },
    expected: { launcher: 'jsm', rank: 3, size: 4, localRank: 1 },
  },
  {
    name: 'mpiexec of Cray (PALS)',
    env: { PALS_RANKID: '2', PALS_LOCAL_RANKID: '0', PMI_RANK: '2', PMI_SIZE: '4', PBS_JOBID: '7' },
    expected: { launcher: 'pals', rank: 2, size: 4, localRank: 0 },
  },
  { name: 'PMIx alone', env: { PMIX_RANK: '1' }, expected: { launcher: 'pmix', rank: 1, size: null, localRank: null } },
  { name: 'a process of its own', env: { PATH: '/bin' }, expected: null },
  { name: 'nonsense', env: { PMI_RANK: 'x', OMPI_COMM_WORLD_RANK: '', FLUX_TASK_RANK: '-1' }, expected: null },
  { name: 'a rank beyond the size', env: { PMI_RANK: '4', PMI_SIZE: '4' }, expected: null },
] as const;

describe('rank and size in the environment', () => {
  test.each(cases)('of $name', ({ env, expected }) => {
    expect(rankFromEnvironment(env)).toEqual(expected);
  });
});
