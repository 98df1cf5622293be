import { existsSync } from 'node:fs';
import { describeEngine } from '../compose/index.ts';
import { UnavailableError } from '../errors/index.ts';
import { type EngineName, engineNames } from '../kernels/index.ts';
import { type Launcher, familyOfLibrary, findMpiexecs, findProgram } from '../launch/index.ts';

export { engineNames };

/** Something that a training can be made of. */
export interface Component {
  readonly name: string;
  readonly ok: boolean;
  /** what is there, or how to get it */
  readonly detail: string;
}

/** Engines, communicators and launchers of this machine. */
export async function listComponents(): Promise<
  Readonly<Record<'engines' | 'communicators' | 'launchers', Component[]>>
> {
  return { engines: await engines(), communicators: await communicators(), launchers: launchers() };
}

function engines(): Promise<Component[]> {
  return Promise.all(
    engineNames.map(async (name) => {
      try {
        return { name, ok: true, detail: await describeEngine(name) };
      } catch (error) {
        return { name, ok: false, detail: (error as Error).message };
      }
    }),
  );
}

/** The names of those that work here, the slow reference left out. */
export async function workingEngines(): Promise<EngineName[]> {
  const found = await engines();
  return engineNames.filter((name, i) => name !== 'reference' && found[i]!.ok);
}

async function communicators(): Promise<Component[]> {
  const { mpiLibraries } = await import('../comm/mpi/index.ts');
  const paths = mpiLibraries(process.env).filter((path) => path.startsWith('/') && existsSync(path));
  const library = (name: string, family: string, install: string): Component => {
    const path = paths.find((candidate) => familyOfLibrary(candidate) === family);
    return { name, ok: path !== undefined, detail: path ?? `not found; ${install}, or name it in CREDENCE_MPI` };
  };
  return [
    { name: 'threads', ok: true, detail: 'on this machine' },
    library('Open MPI', 'openmpi', 'apt-get install openmpi-bin'),
    library('MPICH', 'hydra', 'apt-get install mpich'),
  ];
}

export const communicatorNames = ['threads', 'openmpi', 'mpich'] as const;

/**
 * What starts ranks that are connected in this way; null: threads of one process.
 * @param names those that are wanted; null: all that are here
 * @throws UnavailableError for an MPI that was named and is not here
 */
export function launchersOf(
  names: readonly (typeof communicatorNames)[number][] | null,
): ReadonlyMap<string, Launcher | null> {
  const found = new Map<string, Launcher | null>([['threads', null]]);
  for (const { family, program } of findMpiexecs()) {
    found.set(family === 'hydra' ? 'mpich' : family, { dialect: family, program, library: null });
  }
  if (names === null) return found;
  return new Map(
    names.map((name) => {
      const launcher = found.get(name);
      if (launcher !== undefined) return [name, launcher];
      throw new UnavailableError(`${name}: its mpiexec is not on the path`, {
        remedy: `Get it: apt-get install ${name === 'openmpi' ? 'openmpi-bin' : 'mpich'}`,
      });
    }),
  );
}

function launchers(): Component[] {
  const mpiexecs = findMpiexecs();
  const missing = { name: 'mpiexec', ok: false, detail: 'not found; apt-get install openmpi-bin (or mpich)' };
  return [
    { name: 'threads', ok: true, detail: process.execPath },
    ...(mpiexecs.length === 0 ? [missing] : []),
    ...mpiexecs.map(({ program, version }) => ({ name: 'mpiexec', ok: true, detail: `${version}, ${program}` })),
    ...['srun', 'aprun', 'jsrun', 'flux'].map((name) => {
      const program = findProgram(name);
      return { name, ok: program !== null, detail: program ?? 'not on the path' };
    }),
  ];
}
