import type { TrainCommand } from '../command-line.ts';
import { renderSummary } from '../progress/summary.ts';
import { readTrainRequest } from '../request.ts';
import type { Terminal } from '../terminal.ts';
import { watchOn } from '../watch.ts';

/** `credence train`: exit code 0 once the model is trained and evaluated. */
export async function train(command: TrainCommand, terminal: Terminal): Promise<number> {
  const request = await readTrainRequest(command);
  const watch = watchOn(terminal, command);
  for (const note of request.notes) watch.note(note);
  try {
    // Only now: bad usage is told without loading the engine.
    const { trainRun } = await import('../compose.ts');
    const { summary, images, isBayesian } = await trainRun(request, watch);
    watch.end();
    const next = `Evaluate it again: credence evaluate ${summary.run}${isBayesian ? ' --draws 300' : ''}\n`;
    terminal.stdout.write(
      command.json ? `${JSON.stringify(summary)}\n` : renderSummary(summary, images, isBayesian) + next,
    );
    return 0;
  } finally {
    watch.end();
  }
}
