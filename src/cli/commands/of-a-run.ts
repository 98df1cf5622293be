/** Settings of a run that commands which go on from its checkpoint may change. */
import { alternatives } from '../../errors/index.ts';
import type { Words } from '../command-file.ts';

const ofTheRun = 'default: that of the run';

/** Help of what prints figures. */
export const meaningOfFigures = `
Behind +- stands a standard error. docs/reading-uncertainty.md says what each figure is, and what to want of it.`;

export function addDraws(words: Words): Words {
  return words.setting('draws', 'COUNT', 'Monte Carlo draws (default: those of the run)');
}

/** What computes the draws, and from which seed. */
export async function addComputation(words: Words): Promise<void> {
  const { settings } = await import('../../train/index.ts');
  const { engine, precision } = settings;
  words
    .setting('engine', 'NAME', `${alternatives(engine.choices)} (${ofTheRun})`)
    .setting('ranks', 'COUNT', `threads that share the draws (${ofTheRun}, or one per core)`)
    .setting('seed', 'SEED', `of the draws (${ofTheRun})`)
    .setting('precision', 'NAME', `${alternatives(precision.choices)} (${ofTheRun})`);
}
