import { ignoreHangupIfAsked } from './hangup.ts';
import type { Job } from './job.ts';

export interface Supervision {
  /** how often to start again after a failure */
  readonly restarts: number;
  /** the job of an attempt, counted from 0; null where nothing is left to start it on */
  start(attempt: number): Promise<Job | null>;
  /** a line for people */
  tell(text: string): void;
}

/** The exit code of bad usage, which no repetition mends. */
const badUsage = 2;

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** npm and batch systems may pass a signal on that the terminal sent already: what follows so soon is the same one. */
const sameSignal = 500;

/**
 * Runs a job to its end, again after failures. The first signal asks the ranks to checkpoint and stop, the next one ends
 * them; after a signal nothing is started again.
 * @returns the exit code of the last attempt
 */
export async function supervise({ restarts, start, tell }: Supervision): Promise<number> {
  let job: Job | null = null;
  let firstSignal: number | null = null;
  const isHangupIgnored = ignoreHangupIfAsked();
  const listener = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGHUP' && isHangupIgnored) return;
    if (firstSignal === null) {
      firstSignal = performance.now();
      tell(`${signal}: asking the ranks for a checkpoint and the end; once more to end them at once`);
      job?.stop();
    } else if (performance.now() - firstSignal > sameSignal) job?.kill();
  };
  for (const signal of signals) process.on(signal, listener);
  try {
    let code = 1;
    for (let attempt = 0; attempt <= restarts; attempt++) {
      const next = await start(attempt);
      if (next === null) return code;
      job = next;
      // A signal that came while hosts were asked has found no job to stop.
      if (firstSignal !== null) job.stop();
      code = await job.ended;
      job = null;
      if (code === 0 || code === badUsage || firstSignal !== null) return code;
      if (attempt < restarts) tell(`the ranks ended with exit code ${code}: restart ${attempt + 1} of ${restarts}`);
    }
    return code;
  } finally {
    for (const signal of signals) process.off(signal, listener);
  }
}
