import type { TrainCommand } from '../command-line.ts';
import { renderConfiguration } from '../configuration/index.ts';
import { renderSummary, summaryJson } from '../progress/summary.ts';
import { readTrainRequest } from '../request.ts';
import type { Terminal } from '../terminal.ts';
import { silentWatch, watchOn } from '../watch.ts';

/** `credence train`: exit code 0 once the model is trained and evaluated. */
export async function train(command: TrainCommand, terminal: Terminal): Promise<number> {
  const request = await readTrainRequest(command);
  // Only now: bad usage is told without loading the engine.
  const { launchedAs, trainRun } = await import('../../compose/index.ts');
  const watch = (launchedAs()?.rank ?? 0) > 0 ? silentWatch : watchOn(terminal, command);
  for (const note of request.notes) watch.note(note);
  try {
    const outcome = await trainRun({ ...request, render: renderConfiguration }, watch);
    watch.end();
    if (outcome === null) return 0;
    const { summary, isBayesian } = outcome;
    const next = `Evaluate it again: credence evaluate ${summary.run}${isBayesian ? ' --draws 300' : ''}\n`;
    terminal.stdout.write(command.json ? summaryJson(summary) : renderSummary(outcome) + next);
    return 0;
  } finally {
    watch.end();
  }
}
