import type { StopRequest } from '../train/index.ts';

/** SIGUSR2 is what Open MPI passes on to its ranks without killing them; a batch system may warn with it, too. */
const signals =
  process.platform === 'win32' ? (['SIGINT', 'SIGTERM'] as const) : (['SIGINT', 'SIGTERM', 'SIGUSR2'] as const);

/** npm and batch systems may pass a signal on that the terminal sent already: what follows so soon is the same one. */
const sameSignal = 500;

/**
 * While it listens, the first signal asks the training to checkpoint and stop. After that it listens no more:
 * the next one does what it always does, and ends the process at once. Release it where nothing looks at the request.
 */
export function listenForSignals(announce: (text: string) => void): StopRequest & { release(): void } {
  let requested: string | null = null;
  const listener = (signal: NodeJS.Signals): void => {
    if (requested !== null) return;
    requested = signal;
    announce(`${signal}: a checkpoint, then the end; once more to end at once`);
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
