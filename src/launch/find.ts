import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { UnavailableError } from '../errors/index.ts';
import { type Host, isLocal } from './hosts.ts';
import type { Launcher, LauncherName } from './launchers.ts';

type Environment = Readonly<Record<string, string | undefined>>;
export type MpiFamily = 'openmpi' | 'hydra';

export interface FoundMpiexec {
  readonly program: string;
  readonly family: MpiFamily;
  /** what it says of itself, in a line */
  readonly version: string;
}

/** `mpiexec` first: it is the one that the user has chosen; behind it the names by which Debian has two side by side. */
const mpiexecNames = ['mpiexec', 'mpirun', 'mpiexec.openmpi', 'mpiexec.hydra', 'mpiexec.mpich'];

const libraryNames: Readonly<Record<MpiFamily, readonly string[]>> = {
  openmpi: ['libmpi.so.40', 'libmpi.40.dylib'],
  hydra: ['libmpi.so.12', 'libmpich.so.12', 'libmpi.12.dylib'],
};

/** The path of a program that the shell would find. */
export function findProgram(name: string, env: Environment = process.env): string | null {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    const path = join(folder || '.', name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this one
    }
  }
  return null;
}

/** Which MPI a launcher belongs to, by what it answers to --version; null for one that is not known here. */
export function familyOf(version: string): MpiFamily | null {
  if (/open ?mpi|openrte|prrte/i.test(version)) return 'openmpi';
  return /hydra|intel\(r\) mpi/i.test(version) ? 'hydra' : null;
}

/** Which MPI a library belongs to, by the number of its binary interface. */
export function familyOfLibrary(path: string): MpiFamily | null {
  const name = basename(path);
  if (/\.so\.40|\.40\.dylib/.test(name)) return 'openmpi';
  return /\.so\.12|\.12\.dylib|mpich/.test(name) ? 'hydra' : null;
}

/** The launchers of MPI on this machine, each MPI once. */
export function findMpiexecs(env: Environment = process.env): FoundMpiexec[] {
  const found: FoundMpiexec[] = [];
  for (const name of mpiexecNames) {
    const program = findProgram(name, env);
    if (program === null) continue;
    const { stdout, stderr } = spawnSync(program, ['--version'], { encoding: 'utf8', timeout: 10_000 });
    const said = `${stdout ?? ''}\n${stderr ?? ''}`.trim();
    const family = familyOf(said);
    if (family === null || found.some((other) => other.family === family)) continue;
    found.push({ program, family, version: versionIn(said, family) });
  }
  return found;
}

function versionIn(said: string, family: MpiFamily): string {
  const number = /\d+\.\d+(\.\d+)?/.exec(said)?.[0] ?? '';
  if (family === 'openmpi') return `Open MPI ${number}`;
  return /intel/i.test(said) ? `Intel MPI ${number}` : `MPICH ${number}`;
}

/** The library in the folder beside a launcher's; null where it is elsewhere, as distributions have it. */
function libraryBeside(program: string, family: MpiFamily): string | null {
  const prefix = dirname(dirname(realpathSync(program)));
  const paths = ['lib', 'lib64', join('lib', 'release')].flatMap((folder) =>
    libraryNames[family].map((name) => join(prefix, folder, name)),
  );
  return paths.find((path) => existsSync(path)) ?? null;
}

/**
 * The launcher to use: the one that was named; else mpiexec where there is one, else threads.
 * @throws UnavailableError for one that is not here, with what to install
 */
export function chooseLauncher(
  name: LauncherName | null,
  hosts: readonly Host[] | null,
  env: Environment = process.env,
): Launcher {
  if (name === 'threads') return threads(hosts);
  if (name !== null && name !== 'mpiexec') {
    const program = findProgram(name, env);
    if (program !== null) return { dialect: name, program, library: env.CREDENCE_MPI ?? null };
    throw new UnavailableError(`${name} is not on the path`, {
      remedy: `Start this where ${name} is (inside a job of the batch system), or leave --launcher away`,
    });
  }
  const named = env.CREDENCE_MPI || null;
  const wanted = named && familyOfLibrary(named);
  const found = findMpiexecs(env).find(({ family }) => wanted === null || family === wanted);
  if (found) {
    return {
      dialect: found.family,
      program: found.program,
      library: named ?? libraryBeside(found.program, found.family),
    };
  }
  if (name === null && (hosts?.every(isLocal) ?? true)) return threads(hosts);
  throw new UnavailableError(
    wanted ? `no mpiexec that belongs to CREDENCE_MPI (${named}) is on the path` : 'no mpiexec is on the path',
    {
      expected: 'that of Open MPI or MPICH',
      remedy:
        'Get one: apt-get install openmpi-bin (or mpich), dnf install openmpi, brew install open-mpi, conda install ' +
        'openmpi. On one machine --launcher threads needs none',
    },
  );
}

function threads(hosts: readonly Host[] | null): Launcher {
  const other = hosts?.find((host) => !isLocal(host));
  if (other === undefined) return { dialect: 'threads', program: process.execPath, library: null };
  throw new UnavailableError('threads stay on this machine', {
    got: other.name,
    expected: 'localhost',
    remedy: 'Use --launcher mpiexec for other hosts',
  });
}
