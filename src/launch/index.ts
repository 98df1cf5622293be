export { type Host, countOf, parseHostfile, parseHosts, readHostfile } from './hosts.ts';
export {
  type CommandLine,
  type Dialect,
  type Launcher,
  type LauncherName,
  type Plan,
  canTag,
  commandLineOf,
  launcherNames,
} from './launchers.ts';
export {
  chooseLauncher,
  familyOf,
  familyOfLibrary,
  findMpiexecs,
  findProgram,
} from './find.ts';
export { type Job, startJob } from './job.ts';
export { isBatchJob, probeBySsh, reachable } from './probe.ts';
export { supervise } from './supervise.ts';
export { type Sweep, type SweepRun, isSweep, readSweep, sweepFile, writeSweep } from './batch/sweep.ts';
