import { assertSubmits } from '../../../launch/index.ts';
import type { Given } from '../../command-file.ts';
import { innerCommand } from '../../inner-command.ts';
import { type DescriptionFlags, readDescription } from '../../submit/description.ts';
import { followJobs } from '../../submit/follow.ts';
import { handOver } from '../../submit/hand-over.ts';
import { type Batch, batchOf, chooseScheduler } from '../../submit/plan.ts';
import type { Terminal } from '../../terminal.ts';

interface SubmitOptions extends DescriptionFlags {
  readonly dryRun?: true;
  readonly wait: boolean;
}

/**
 * `credence submit`: batch scripts from a description, handed to the batch system; those of Slurm are followed to their end.
 * @returns 0 once they were handed over; where they were followed, the exit code of the first that failed
 */
export async function submit(given: Given, terminal: Terminal): Promise<number> {
  const { dryRun, wait, ...described } = given.options<SubmitOptions>();
  const description = await readDescription(described);
  const words = given.inner.length > 0 ? given.inner : description.command;
  if ((await innerCommand('submit', words, given.parse)) === null) return 0;
  const tell = (text: string): void => void terminal.stderr.write(`credence submit: ${text}\n`);
  const scheduler = chooseScheduler(description);
  const isFollowed = scheduler === 'slurm' && wait;
  const batch = await batchOf(scheduler, description, words, given.parse, tell);
  if (dryRun) {
    printScripts(batch, given.json, terminal);
    return 0;
  }
  assertSubmits(scheduler);
  const jobs = handOver(batch, words, tell);
  if (isFollowed) return followJobs(jobs, { isJson: given.json, terminal, tell });
  if (given.json) {
    const told = jobs.map(({ id, name, layout, run, log, script }) => ({ id, name, ...layout, run, log, script }));
    terminal.stdout.write(`${JSON.stringify({ scheduler, sweep: batch.sweep, jobs: told })}\n`);
  }
  return 0;
}

function printScripts({ scheduler, sweep, scripts }: Batch, isJson: boolean, { stdout }: Terminal): void {
  if (isJson) stdout.write(`${JSON.stringify({ scheduler, sweep, scripts })}\n`);
  else if (scripts.length === 1) stdout.write(scripts[0].text);
  else stdout.write(scripts.map(({ path, text }) => `# ${path}\n${text}`).join('\n'));
}
