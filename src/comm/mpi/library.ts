import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LibraryHandle } from 'koffi';
import { UnavailableError } from '../../errors/index.ts';
import { type Koffi, loadKoffi } from '../../foreign/index.ts';
import { rankFromEnvironment } from '../environment.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Family = 'openmpi' | 'mpich';

export interface MpiLibrary {
  readonly koffi: Koffi;
  readonly handle: LibraryHandle;
  readonly path: string;
}

const names: Readonly<Record<Family, readonly string[]>> = {
  openmpi: ['libmpi.so.40', 'libmpi.40.dylib'],
  // Intel MPI, Cray MPICH and MVAPICH share MPICH's binary interface.
  mpich: [
    'libmpi.so.12',
    'libmpich.so.12',
    'libmpi_cray.so.12',
    'libmpi_gnu.so.12',
    'libmpi.12.dylib',
    'libpmpi.12.dylib',
  ],
};

/** Folders in which distributions, module systems and conda keep MPI beside the loader's path. */
function folders(family: Family, env: Environment): string[] {
  const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string] ?? process.arch;
  const debian = `/usr/lib/${machine}-linux-gnu`;
  const roots: Readonly<Record<Family, readonly (string | undefined)[]>> = {
    openmpi: [env.OMPI_HOME, env.OPENMPI_HOME, env.MPI_HOME],
    mpich: [env.I_MPI_ROOT, env.CRAY_MPICH_DIR, env.MPICH_DIR, env.MPI_HOME],
  };
  const named = [env.CONDA_PREFIX, ...roots[family]].filter((root) => root !== undefined && root !== '');
  return [
    ...named.flatMap((root) => [join(root!, 'lib'), join(root!, 'lib', 'release')]),
    debian,
    join(debian, family, 'lib'),
    `/usr/lib64/${family}/lib`,
    '/opt/homebrew/lib',
    '/usr/local/lib',
  ];
}

/**
 * Where to look for MPI, the likeliest first: what CREDENCE_MPI names and nothing else; otherwise, of a process that a
 * launcher has started, that launcher's own library, for with another one every process would be rank 0 of 1.
 */
export function mpiLibraries(env: Environment): string[] {
  if (env.CREDENCE_MPI) return [env.CREDENCE_MPI];
  const launcher = rankFromEnvironment(env)?.launcher;
  // jsrun starts Spectrum MPI, which is an Open MPI.
  const isOpenMpi = launcher === undefined || ['openmpi', 'pmix', 'jsm'].includes(launcher);
  const order: readonly Family[] = isOpenMpi ? ['openmpi', 'mpich'] : ['mpich', 'openmpi'];
  return order.flatMap((family) => [
    ...names[family],
    ...folders(family, env).flatMap((folder) => names[family].map((name) => join(folder, name))),
  ]);
}

/** @throws UnavailableError that says which package to get */
export async function loadLibrary(env: Environment, paths = mpiLibraries(env)): Promise<MpiLibrary> {
  const koffi = await loadKoffi('MPI is');
  const tried: string[] = [];
  for (const path of paths) {
    if (path.startsWith('/') && !existsSync(path)) continue;
    try {
      // Open MPI's own plugins look for its symbols in the process.
      return { koffi, path, handle: koffi.load(path, { global: true }) };
    } catch (error) {
      tried.push(`${path} (${(error as Error).message.split('\n')[0]})`);
    }
  }
  if (env.CREDENCE_MPI) {
    throw new UnavailableError('CREDENCE_MPI names no MPI library that can be loaded', {
      got: tried[0] ?? `${env.CREDENCE_MPI}, which is not there`,
      expected: 'the path of libmpi.so.40 (Open MPI), libmpich.so.12 or libmpi.so.12 (MPICH)',
    });
  }
  throw new UnavailableError('no MPI is installed', {
    remedy:
      'Get one: apt-get install openmpi-bin (or mpich), dnf install openmpi, brew install open-mpi, ' +
      'conda install openmpi; or name its library in CREDENCE_MPI. On one machine --ranks N needs none',
  });
}
