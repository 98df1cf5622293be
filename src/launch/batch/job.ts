import type { Layout } from '../launchers.ts';

/** A training as a batch system gets it. */
export interface BatchJob {
  /** letters, digits and `._+-` */
  readonly name: string;
  readonly layout: Layout;
  /** queue or partition; null: the system's own choice */
  readonly queue: string | null;
  /** account or project that pays; null: the user's own */
  readonly account: string | null;
  /** limit on the job's time */
  readonly seconds: number;
  /** further options of the batch system, each a line of directives */
  readonly directives: readonly string[];
  /** lines of bash that make the environment: `module load cray-mpich` */
  readonly setup: readonly string[];
  /**
   * `own`: what the batch system starts ranks with (srun, aprun, jsrun, flux run, Cray's mpiexec); `mpiexec`: that of the
   * MPI at hand, by credence launch
   */
  readonly launcher: 'own' | 'mpiexec';
  /** further words for the launcher of the batch system */
  readonly launcherOptions: readonly string[];
  /** absolute: where the words of the command mean their paths */
  readonly cwd: string;
  /** the program, up to `train` */
  readonly program: readonly string[];
  /** `train` and what belongs to it, its run folder included */
  readonly command: readonly string[];
  /** absolute: what to go on with where the job finds it; null where the command says itself what to resume */
  readonly run: string | null;
  /** absolute: what the job writes goes there */
  readonly log: string;
}

export function ranksOf({ nodes, ranksPerNode }: Layout): number {
  return nodes * ranksPerNode;
}
