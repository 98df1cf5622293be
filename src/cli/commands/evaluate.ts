import type { EvaluateCommand } from '../command-line.ts';
import { layerOfFlags, resolveConfiguration } from '../configuration/index.ts';
import { renderSummary, summaryJson } from '../progress/summary.ts';
import { located, readRunConfiguration } from '../request.ts';
import type { Terminal } from '../terminal.ts';
import { silentWatch, watchOn } from '../watch.ts';

/** `credence evaluate RUN` */
export async function evaluate({ run, flags, json }: EvaluateCommand, terminal: Terminal): Promise<number> {
  const layers = [await readRunConfiguration(run), layerOfFlags(flags)];
  const configuration = located(resolveConfiguration(layers));
  const { evaluateRun, launchedAs } = await import('../../compose/index.ts');
  const watch = (launchedAs()?.rank ?? 0) > 0 ? silentWatch : watchOn(terminal, { json });
  try {
    const outcome = await evaluateRun(run, configuration, watch);
    watch.end();
    if (outcome === null) return 0;
    terminal.stdout.write(json ? summaryJson(outcome.summary) : renderSummary(outcome));
    return 0;
  } finally {
    watch.end();
  }
}
