import { existsSync } from 'node:fs';
import { familyOfLibrary, findMpiexecs, findProgram } from '../launch/index.ts';
import { engineNames } from '../kernels/index.ts';
import { describeEngine } from '../compose/index.ts';
import type { Terminal } from './terminal.ts';

interface Part {
  readonly name: string;
  readonly ok: boolean;
  /** what is there, or how to get it */
  readonly detail: string;
}

/** `credence launch --check-build`: engines, communicators and launchers of this machine, as horovodrun lists its own. */
export async function checkBuild({ json }: { readonly json: boolean }, { stdout }: Terminal): Promise<number> {
  const groups = { engines: await engines(), communicators: await communicators(), launchers: launchers() };
  stdout.write(json ? `${JSON.stringify(groups)}\n` : Object.entries(groups).map(render).join('\n'));
  return 0;
}

function render([title, parts]: readonly [string, readonly Part[]]): string {
  const lines = parts.map(({ name, ok, detail }) => `    [${ok ? 'X' : ' '}] ${name.padEnd(18)} ${detail}\n`);
  return `Available ${title}:\n${lines.join('')}`;
}

function engines(): Promise<Part[]> {
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

async function communicators(): Promise<Part[]> {
  const { mpiLibraries } = await import('../comm/mpi/index.ts');
  const paths = mpiLibraries(process.env).filter((path) => path.startsWith('/') && existsSync(path));
  const library = (name: string, family: string, install: string): Part => {
    const path = paths.find((candidate) => familyOfLibrary(candidate) === family);
    return { name, ok: path !== undefined, detail: path ?? `not found; ${install}, or name it in CREDENCE_MPI` };
  };
  return [
    { name: 'threads', ok: true, detail: 'on this machine' },
    library('Open MPI', 'openmpi', 'apt-get install openmpi-bin'),
    library('MPICH', 'hydra', 'apt-get install mpich'),
  ];
}

function launchers(): Part[] {
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
