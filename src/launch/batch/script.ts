import { type Plan, commandLineOf } from '../launchers.ts';
import { type BatchJob, ranksOf } from './job.ts';
import type { Scheduler } from './schedulers.ts';
import { quote, quoteAll } from '../../errors/index.ts';
import { assertPlain, assertProgram, directivePath } from '../plain.ts';

/**
 * The script of a job. It stops at a line of the set-up that fails; submitted again, it goes on from the last checkpoint.
 * Its last line becomes the launcher, so that the launcher's exit code is the job's.
 */
export function renderScript(scheduler: Scheduler, job: BatchJob): string {
  const { layout, cwd, setup, command, run } = job;
  const log = directivePath(assertPlain(job.log, 'the path of the log'));
  const directives = [...scheduler.directives(job, log), ...job.directives];
  const lines = [
    '#!/bin/bash -e',
    ...directives.map((directive) => assertPlain(`${scheduler.prefix} ${directive}`, 'a directive')),
    '',
    ...(log === null ? [`exec >> ${quote(job.log)} 2>&1`] : []),
    `cd ${quote(assertPlain(cwd, 'the working folder'))}`,
    ...setup.map((line) => assertPlain(line.replaceAll('\t', ' '), '--setup')),
    `export OMP_NUM_THREADS=${layout.threadsPerRank}`,
  ];
  if (run !== null) {
    const again = startLine(scheduler, job, ['train', '--resume', run]);
    lines.push(
      '# Submitted again, it goes on from the last checkpoint.',
      `if [ -e ${quote(`${assertPlain(run, 'the run folder')}/config.yaml`)} ]; then`,
      `  exec ${again}`,
      'fi',
    );
  }
  lines.push(`exec ${startLine(scheduler, job, command)}`);
  return `${lines.join('\n')}\n`;
}

/** What starts the ranks. */
function startLine(scheduler: Scheduler, job: BatchJob, command: readonly string[]): string {
  const { layout, program, launcherOptions } = job;
  const ranks = ranksOf(layout);
  assertProgram(program[0], '--program');
  if (job.launcher === 'mpiexec') {
    const options = launcherOptions.flatMap((word) => ['--launcherOption', word]);
    const words = [...program, 'launch', '-n', `${ranks}`, '--launcher', 'mpiexec', ...options, ...command];
    return quoteAll(words.map((word) => assertPlain(word, 'a word of the command')));
  }
  const plan: Plan = {
    ranks,
    hosts: null,
    command: [...program, ...command],
    isTagged: false,
    isRoot: false,
    layout,
    options: launcherOptions,
  };
  const line = commandLineOf({ ...scheduler.launcher, library: null }, plan);
  return quoteAll([line.program, ...line.words]);
}
