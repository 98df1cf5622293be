import { isInstalled, type Mpi, mpis } from '../../test/comm/launch-mpi.ts';

/** The MPIs that are installed; which are not is said, and is an error where CI is set. */
export function installedMpis(): readonly Mpi[] {
  const missing = mpis.filter((mpi) => !isInstalled(mpi));
  if (missing.length > 0 && process.env['CI'])
    throw new Error(`not installed: ${missing.map((mpi) => mpi.package).join(', ')}`);
  for (const mpi of missing) console.log(`${mpi.name} is left out: ${mpi.package} is not installed`);
  return mpis.filter((mpi) => !missing.includes(mpi));
}

/** How many of `count` fall to place `i` of `of`: as even as whole numbers are. */
export function shareOf(count: number, i: number, of: number): number {
  return Math.floor((count * (i + 1)) / of) - Math.floor((count * i) / of);
}
