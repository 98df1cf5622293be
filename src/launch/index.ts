export { type Host, countOf, parseHostfile, parseHosts, readHostfile } from './hosts.ts';
export {
  type CommandLine,
  type Dialect,
  type Launcher,
  type LauncherName,
  type Layout,
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
export { ignoreHangupIfAsked } from './hangup.ts';
export { type Job, startJob } from './job.ts';
export { isBatchJob, probeBySsh, reachable } from './probe.ts';
export { supervise } from './supervise.ts';
export { renderBalsam } from './batch/balsam.ts';
export { parseDuration } from './batch/duration.ts';
export { follow } from './batch/follow.ts';
export { type BatchJob, ranksOf } from './batch/job.ts';
export { type SchedulerName, schedulerNames, schedulers } from './batch/schedulers.ts';
export { renderScript } from './batch/script.ts';
export { type SlurmJob, codeOf, defaultPlugin, hasEnded } from './batch/slurm.ts';
export { assertSubmits, findSchedulers, submitScript } from './batch/submit.ts';
export { type Sweep, type SweepRun, isSweep, readSweep, sweepFile, writeSweep } from './batch/sweep.ts';
