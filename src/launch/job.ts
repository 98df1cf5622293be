import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { UnavailableError } from '../errors/index.ts';
import { type CommandLine, type Dialect, readTag, stopSignal } from './launchers.ts';

/** Ranks under way. */
export interface Job {
  /** the exit code; of what ended by a signal 128 and its number, as shells have it */
  readonly ended: Promise<number>;
  /** asks the ranks for a checkpoint and the end */
  stop(): void;
  /** ends them without asking */
  kill(): void;
}

type Stream = 'stdout' | 'stderr';

export interface JobOptions {
  readonly dialect: Dialect;
  /**
   * Gets each line of the ranks, of what was started with tags; what the launcher says itself (MPICH: on stdout) goes to
   * stderr. null: the ranks write where this process writes.
   */
  readonly write: ((stream: Stream, line: string, rank: number | null) => void) | null;
}

/** How long launchers get for ending their ranks by themselves, in ms. */
const patience = 5000;

/**
 * Starts ranks in a process group of their own: a Ctrl-C on the terminal reaches them through `stop` alone. They end when
 * this process does, however it ends.
 */
export function startJob({ program, words }: CommandLine, { dialect, write }: JobOptions): Job {
  const output = write === null ? 'inherit' : 'pipe';
  const child = spawn(program, words, { stdio: ['ignore', output, output], detached: true });
  let hasResult = write === null;
  if (write !== null) {
    for (const stream of ['stdout', 'stderr'] as const) {
      const lines = createInterface({ input: child[stream] as Readable, crlfDelay: Infinity });
      lines.on('line', (line) => {
        const { rank, text } = readTag(dialect, line);
        hasResult ||= stream === 'stdout' && rank !== null;
        write(rank === null ? 'stderr' : stream, text, rank);
      });
    }
  }
  const release = child.pid === undefined ? () => {} : guard(child.pid);
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', (cause) => {
      reject(new UnavailableError(`${program} cannot be started`, { got: cause.message, cause }));
    });
    child.once('close', (code, signal) => {
      const told = code ?? 128 + (signal ? constants.signals[signal] : 0);
      // The mpiexec of MPICH, once it has passed a signal on, sometimes tells 0 where ranks told 1: a training that
      // succeeded has written its result to stdout, one that was stopped has not.
      resolve(told === 0 && !hasResult ? 1 : told);
    });
  }).finally(release);
  return {
    ended,
    stop: () => void child.kill(stopSignal(dialect)),
    kill() {
      // Open MPI kills its ranks when asked and leaves them alone when killed; the others the other way round.
      if (dialect === 'openmpi') child.kill('SIGTERM');
      else killGroup(child);
      setTimeout(() => killGroup(child), patience).unref();
    },
  };
}

function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

/** Waits for `done` on its input; when that ends without it, so has the process that started the ranks: they must follow. */
const guardScript = `
read -r word
[ "$word" = done ] && exit
kill -TERM "$1"
i=0
while [ $i -lt 100 ] && kill -0 "$1"; do sleep 0.1; i=$((i + 1)); done
kill -KILL -- "-$1"
`;

/** @returns what to call once the process has ended */
function guard(pid: number): () => void {
  if (process.platform === 'win32') return () => {};
  const shell = spawn('/bin/sh', ['-c', guardScript, 'credence-launch-guard', `${pid}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // Where there is no shell, ranks still notice within their deadline that others are gone.
  shell.on('error', () => {});
  shell.stdin.on('error', () => {});
  shell.unref();
  return () => void shell.stdin.end('done\n');
}
