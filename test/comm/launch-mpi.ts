import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

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

let rankProgram: Promise<string> | null = null;

/** Some seventy ranks are started, each of which would compile the sources anew. It lies where it finds the packages. */
async function bundled(name: string): Promise<string> {
  const folder = fileURLToPath(new URL('../../.cache/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name.replace('.ts', '.mjs'));
  // another test file may be about to start it
  const outfile = `${file}.${process.pid}.mjs`;
  const entryPoints = [fileURLToPath(new URL(name, import.meta.url))];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' });
  renameSync(outfile, file);
  return file;
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
  const program = [process.execPath, await (rankProgram ??= bundled('mpi-rank.ts'))];
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
