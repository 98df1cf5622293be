/** Limits that a shell, a batch system or a container sets, which show as something else where they bite. */
import { readFileSync } from 'node:fs';

/** Bytes of addresses that WebAssembly reserves for a memory, whatever it uses: what is beyond its end is seen by a fault. */
const reserved = 10 * 2 ** 30;

/** Bytes of addresses that this process may reserve; null where there is no limit, or none that the system tells. */
export function addressSpaceLimit(limits: string = ownLimits()): number | null {
  const soft = /^Max address space\s+(\d+)\s/m.exec(limits)?.[1];
  return soft === undefined ? null : Number(soft);
}

/**
 * What to do where a memory or a thread was refused because of a limit on addresses; null where that is not it.
 * @param message of the error
 */
export function limitBehind(message: string, limits: string = ownLimits()): string | null {
  const isMemory = /could not allocate memory|does not give .* of memory|out of memory|allocation failed/i.test(
    message,
  );
  const isThread = /ERR_WORKER|EAGAIN|could not create .*thread|cannot be started/i.test(message);
  const limit = addressSpaceLimit(limits);
  return limit !== null && (isMemory || isThread) ? describeLimit(limit) : null;
}

export function describeLimit(limit: number): string {
  return (
    `The address space is limited to ${(limit / 2 ** 30).toFixed(1)} GiB (ulimit -v; h_vmem or vmem of a batch system), and each ` +
    'rank reserves about 10 GiB of addresses without using them. Raise that limit; or set ' +
    'NODE_OPTIONS=--disable-wasm-trap-handler, which reserves less and costs about a fifth of the speed'
  );
}

/** Whether so many ranks of one process find room. */
export function isEnoughFor(ranks: number, limit: number): boolean {
  // engines look at themselves in a memory of their own, and Node has its own addresses
  return isUnguarded() || limit >= (ranks + 1) * reserved + 2 * 2 ** 30;
}

function isUnguarded(): boolean {
  return [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ').includes('--disable-wasm-trap-handler');
}

function ownLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
