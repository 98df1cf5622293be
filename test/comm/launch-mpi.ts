import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Mpi {
  readonly name: string;
  /** what to install where the launcher is missing */
  readonly package: string;
  readonly command: readonly string[];
}

/** Both libraries of Debian, side by side. */
export const mpis: readonly Mpi[] = [
  {
    name: 'Open MPI',
    package: 'openmpi-bin',
    command: ['mpiexec.openmpi', '--allow-run-as-root', '--oversubscribe'],
  },
  { name: 'MPICH', package: 'mpich', command: ['mpiexec.mpich'] },
];

export function isInstalled({ command: [launcher] }: Mpi): boolean {
  return spawnSync(launcher, ['--version']).status === 0;
}

export interface MpiRun {
  /** what each rank returned; null for a rank that ended without a word */
  readonly results: (Record<string, unknown> | null)[];
  readonly status: number | null;
  readonly output: string;
}

export interface MpiRunOptions {
  readonly deadlineSeconds?: number;
  readonly startSeconds?: number;
  /** sent to the last rank once it is under way */
  readonly signal?: NodeJS.Signals;
  readonly env?: Readonly<Record<string, string>>;
  /** one more rank, which runs this instead */
  readonly beside?: readonly string[];
}

/** Runs scenarios on ranks that the real launcher has started. */
export async function runMpi(
  mpi: Mpi,
  size: number,
  names: readonly string[],
  options: MpiRunOptions = {},
): Promise<MpiRun> {
  const { deadlineSeconds = 20, startSeconds = 30, signal, env, beside = [] } = options;
  const other = beside.length > 0 ? [':', '-n', '1', ...beside] : [];
  const [launcher, ...flags] = mpi.command;
  const program = [process.execPath, '--import', 'tsx', fileURLToPath(new URL('./mpi-rank.ts', import.meta.url))];
  const child = spawn(
    launcher,
    [...flags, '-n', `${size}`, ...program, `${deadlineSeconds}`, `${startSeconds}`, ...names, ...other],
    {
      env: { ...process.env, ...env },
    },
  );
  const results: MpiRun['results'] = new Array(size).fill(null);
  const output: string[] = [];
  let target = 0;
  const read = (line: string): void => {
    const [, word, rank, rest] = /^(\w+) (\d+) (.*)$/.exec(line) ?? [];
    if (word === 'result') results[Number(rank)] = JSON.parse(rest) as Record<string, unknown>;
    else if (word === 'ready' && Number(rank) === size - 1 && signal) process.kill((target = Number(rest)), signal);
    else output.push(line);
  };
  createInterface(child.stdout).on('line', read);
  createInterface(child.stderr).on('line', read);
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (target > 0) kill(target);
  return { results, status, output: output.join('\n') };
}

/** A stopped process outlives a launcher that asks it politely. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone, as it should be.
  }
}
