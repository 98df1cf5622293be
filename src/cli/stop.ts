import { constants } from 'node:os';
import type { StopRequest } from '../train/index.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * While it listens, the first SIGINT or SIGTERM asks the training to checkpoint and stop; the second ends the process at
 * once, by the signal itself, so that a shell sees what happened. Release it where nothing looks at the request any more.
 */
export function listenForSignals(announce: (text: string) => void): StopRequest & { release(): void } {
  let requested: string | null = null;
  const listeners = signals.map((signal) => {
    const listener = (): void => {
      if (requested === null) {
        requested = signal;
        announce(`${signal}: finishing this step, then a checkpoint; once more to stop at once`);
        return;
      }
      release();
      process.kill(process.pid, signal);
      // Where a signal's usual end does not come (Windows, a process with the number 1).
      setTimeout(() => process.exit(128 + constants.signals[signal]), 100);
    };
    process.on(signal, listener);
    return [signal, listener] as const;
  });
  const release = (): void => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
  return {
    get requested() {
      return requested;
    },
    release,
  };
}
