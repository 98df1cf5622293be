import type { Work } from '../compose/index.ts';
import { ignoreHangupIfAsked } from '../launch/index.ts';
import type { StopRequest } from '../train/index.ts';

/**
 * SIGUSR2 is what Open MPI passes on to its ranks without killing them; a batch system may warn with it, too. SIGHUP says that
 * the terminal is gone.
 */
const signals =
  process.platform === 'win32'
    ? (['SIGINT', 'SIGTERM'] as const)
    : (['SIGINT', 'SIGTERM', 'SIGUSR2', 'SIGHUP'] as const);

const ends: Readonly<Record<Work, string>> = {
  training: 'a checkpoint, then the end; once more to end at once',
  evaluation: 'the evaluation ends; once more to end at once',
  prediction: 'the prediction ends; once more to end at once',
};

/** npm and batch systems may pass a signal on that the terminal sent already: what follows so soon is the same one. */
const sameSignal = 500;

/**
 * While it listens, the first signal asks the training to checkpoint and stop, an evaluation to end. After that it listens no more:
 * the next one does what it always does, and ends the process at once. Release it where nothing looks at the request.
 */
export function listenForSignals(work: Work, announce: (text: string) => void): StopRequest & { release(): void } {
  const isHangupIgnored = ignoreHangupIfAsked();
  let requested: string | null = null;
  const listener = (signal: NodeJS.Signals): void => {
    if (requested !== null || (signal === 'SIGHUP' && isHangupIgnored)) return;
    requested = signal;
    announce(`${signal}: ${ends[work]}`);
    setTimeout(release, sameSignal).unref();
  };
  const release = (): void => {
    for (const signal of signals) process.off(signal, listener);
  };
  for (const signal of signals) process.on(signal, listener);
  return {
    get requested() {
      return requested;
    },
    release,
  };
}

/** Until a signal comes that asks for the end of what has no end of its own; the next one does what it always does. */
export function untilSignal(): Promise<void> {
  const isHangupIgnored = ignoreHangupIfAsked();
  return new Promise((done) => {
    const listener = (signal: NodeJS.Signals): void => {
      if (signal === 'SIGHUP' && isHangupIgnored) return;
      for (const one of signals) process.off(one, listener);
      done();
    };
    for (const signal of signals) process.on(signal, listener);
  });
}
