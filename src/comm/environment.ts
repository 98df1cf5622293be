export interface LaunchedAs {
  /** whose variables were found */
  readonly launcher: 'openmpi' | 'mpich' | 'pmix' | 'jsm' | 'pals' | 'slurm' | 'flux' | 'alps';
  readonly rank: number;
  /** null where the launcher does not say: MPI itself knows */
  readonly size: number | null;
  readonly localRank: number | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

interface Convention {
  readonly launcher: LaunchedAs['launcher'];
  readonly rank: string;
  readonly size: readonly string[];
  readonly localRank: readonly string[];
  /** without it the variables stand for something else */
  readonly requires?: string;
}

/** The first that fits: a launcher's own variables come before those of the batch system around it. */
const conventions: readonly Convention[] = [
  {
    launcher: 'openmpi',
    rank: 'OMPI_COMM_WORLD_RANK',
    size: ['OMPI_COMM_WORLD_SIZE'],
    localRank: ['OMPI_COMM_WORLD_LOCAL_RANK'],
  },
  {
    // jsrun
    launcher: 'jsm',
    rank: 'JSM_NAMESPACE_RANK',
    size: ['JSM_NAMESPACE_SIZE'],
    localRank: ['JSM_NAMESPACE_LOCAL_RANK'],
  },
  {
    launcher: 'flux',
    rank: 'FLUX_TASK_RANK',
    size: ['FLUX_JOB_SIZE', 'PMI_SIZE'],
    localRank: ['FLUX_TASK_LOCAL_ID'],
  },
  {
    launcher: 'alps',
    rank: 'ALPS_APP_PE',
    size: ['PMI_SIZE'],
    localRank: [],
  },
  {
    // mpiexec of Cray
    launcher: 'pals',
    rank: 'PALS_RANKID',
    size: ['PMI_SIZE'],
    localRank: ['PALS_LOCAL_RANKID', 'PMI_LOCAL_RANK'],
  },
  {
    launcher: 'mpich',
    rank: 'PMI_RANK',
    size: ['PMI_SIZE'],
    localRank: ['MPI_LOCALRANKID', 'PMI_LOCAL_RANK', 'SLURM_LOCALID'],
  },
  // Before Slurm's own: the plugin of srun --mpi=pmix says that Open MPI is to be loaded.
  {
    launcher: 'pmix',
    rank: 'PMIX_RANK',
    size: ['PMIX_SIZE', 'SLURM_STEP_NUM_TASKS'],
    localRank: ['PMIX_LOCAL_RANK', 'SLURM_LOCALID'],
  },
  // A batch script of Slurm has SLURM_PROCID too, but is no step of srun.
  {
    launcher: 'slurm',
    rank: 'SLURM_PROCID',
    size: ['SLURM_STEP_NUM_TASKS', 'SLURM_NTASKS'],
    localRank: ['SLURM_LOCALID'],
    requires: 'SLURM_STEP_ID',
  },
];

/**
 * Rank and size as a launcher (mpiexec, srun, aprun, jsrun, flux run) hands them to a process, before any MPI is loaded.
 * @returns null for a process that nobody launched as one of many
 */
export function rankFromEnvironment(env: Environment): LaunchedAs | null {
  for (const { launcher, rank, size, localRank, requires } of conventions) {
    const own = first(env, [rank]);
    if (own === null || (requires && env[requires] === undefined)) continue;
    const total = first(env, size);
    if (total !== null && own >= total) continue;
    return { launcher, rank: own, size: total, localRank: first(env, localRank) };
  }
  return null;
}

function first(env: Environment, names: readonly string[]): number | null {
  for (const name of names) {
    const value = env[name];
    if (value !== undefined && /^\d+$/.test(value)) return Number(value);
  }
  return null;
}
