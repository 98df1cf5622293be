import { assertSubmits } from '../../launch/index.ts';
import type { SubmitCommand } from '../command-line.ts';
import { innerCommand } from '../inner-command.ts';
import { readDescription } from '../submit/description.ts';
import { followJobs } from '../submit/follow.ts';
import { handOver } from '../submit/hand-over.ts';
import { type Batch, batchOf, chooseScheduler } from '../submit/plan.ts';
import type { Terminal } from '../terminal.ts';

/**
 * `credence submit`: batch scripts from a description, handed to the batch system; those of Slurm are followed to their end.
 * @returns 0 once they were handed over; where they were followed, the exit code of the first that failed
 */
export async function submit(command: SubmitCommand, terminal: Terminal): Promise<number> {
  const description = await readDescription(command.options);
  const words = command.words.length > 0 ? command.words : description.command;
  if (innerCommand('submit', words, terminal) === null) return 0;
  const tell = (text: string): void => void terminal.stderr.write(`credence submit: ${text}\n`);
  const scheduler = chooseScheduler(description);
  const isFollowed = scheduler === 'slurm' && command.options.wait;
  const batch = await batchOf(scheduler, description, words, terminal, tell);
  if (command.options.dryRun) {
    printScripts(batch, command.json, terminal);
    return 0;
  }
  assertSubmits(scheduler);
  const jobs = handOver(batch, words, tell);
  if (isFollowed) return followJobs(jobs, { isJson: command.json, terminal, tell });
  if (command.json) {
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
