/**
 * One run per folder: a lock file that says who holds it, and is removed at exit. It is written beside and linked, so that
 * it is whole from its first moment, and nobody's when two link at once. A lock whose process is surely gone (killed, a zombie,
 * or the machine restarted) is taken over, and so is one that nobody can have written whole; one of another host never is,
 * because nothing here can tell whether its process lives.
 */
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { RunFolderError, describeFailure, systemCode } from '../../errors/index.ts';
import { removeQuietly, writeAll } from '../files/durable.ts';
import { type FileSystem, nodeFileSystem } from '../files/file-system.ts';

/** Who holds a lock. The last four are null where the system does not tell. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601, when the lock was taken */
  readonly since: string;
  /** when the process started, in clock ticks since boot: tells a process from a later one of the same pid */
  readonly processStart: string | null;
  /** pids of one start of the machine mean nothing in the next */
  readonly boot: string | null;
  /** tells one machine that was started again from two machines of one name */
  readonly machine: string | null;
  /** pids of one container mean nothing in another */
  readonly pidNamespace: string | null;
}

export interface Lock {
  /** removes the lock; harmless the second time */
  release(): void;
}

const lockName = 'run.lock';
const largestLock = 65_536;

/** @throws RunFolderError if another process holds the lock, or may hold it, or the folder cannot be written */
export function lockFolder(folder: string, files: FileSystem = nodeFileSystem): Lock {
  const path = join(folder, lockName);
  const own = thisProcess();
  const text = `${JSON.stringify(own)}\n`;
  if (!create(files, path, text)) {
    refuseUnlessStale(readHolder(files, path), own, path);
    takeOver(files, path, text, own);
  }
  let held = true;
  const release = (): void => {
    process.removeListener('exit', release);
    if (!held) return;
    held = false;
    if (contentOf(files, path) === text) removeQuietly(files, path);
  };
  process.once('exit', release);
  return { release };
}

export function thisProcess(): LockHolder {
  return {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    processStart: processOf(process.pid).start,
    boot: firstLine('/proc/sys/kernel/random/boot_id'),
    machine: firstLine('/etc/machine-id'),
    pidNamespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
  };
}

/** Codes of file systems without links between files. */
const noLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL'];

/** False if there is one already. */
function create(files: FileSystem, path: string, text: string): boolean {
  const beside = `${path}.${process.pid}.new`;
  try {
    write(files, beside, text, 'w');
    try {
      files.linkSync(beside, path);
    } catch (error) {
      if (!noLinks.includes(systemCode(error) ?? '')) throw error;
      write(files, path, text, 'wx');
    }
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw new RunFolderError(`cannot write into run folder ${join(path, '..')}`, describeFailure(error));
  } finally {
    removeQuietly(files, beside);
  }
}

function write(files: FileSystem, path: string, text: string, flags: 'w' | 'wx'): void {
  const file = files.openSync(path, flags);
  try {
    writeAll(files, file, Buffer.from(text));
  } catch (error) {
    removeQuietly(files, path);
    throw error;
  } finally {
    files.closeSync(file);
  }
}

/** Whether a run is at work in a folder, as far as can be told from here; one that is about to end holds it still. */
export function isHeld(folder: string, files: FileSystem = nodeFileSystem): boolean {
  const holder = readHolder(files, join(folder, lockName));
  return holder !== null && holder.host === hostname() && fateOf(holder, thisProcess()) === 'alive';
}

/** Whether a run may be at work in a folder: it is, or its lock is of another host or container, where nobody can look. */
export function mayBeHeld(folder: string, files: FileSystem = nodeFileSystem): boolean {
  const holder = attempt(() => readHolder(files, join(folder, lockName)));
  return holder !== null && (holder.host !== hostname() || fateOf(holder, thisProcess()) !== 'gone');
}

/**
 * Two that find the same stale lock must not both replace it, the second one replacing the first one's: a second lock
 * file, held for these few lines only, lets one of them through, and it looks again.
 */
function takeOver(files: FileSystem, path: string, text: string, own: LockHolder): void {
  const guard = `${path}.takeover`;
  const beaten = (): never => {
    throw new RunFolderError(`another process is taking over the stale lock ${path}`, {
      remedy: `Try again; if this lasts, remove ${guard}`,
    });
  };
  if (!create(files, guard, text)) {
    // left by one that was killed within these lines
    const other = readHolder(files, guard);
    if (other !== null && (other.host !== own.host || fateOf(other, own) !== 'gone')) beaten();
    removeQuietly(files, guard);
    if (!create(files, guard, text)) beaten();
  }
  try {
    if (files.existsSync(path)) refuseUnlessStale(readHolder(files, path), own, path);
    try {
      files.rmSync(path, { recursive: false, force: true });
    } catch (error) {
      throw new RunFolderError(`cannot take over ${path}`, describeFailure(error));
    }
    if (!create(files, path, text)) beaten();
  } finally {
    removeQuietly(files, guard);
  }
}

function refuseUnlessStale(holder: LockHolder | null, own: LockHolder, path: string): void {
  const folder = join(path, '..');
  // torn, or empty: of a version that wrote it in place and was killed, or of a disk that lost it
  if (holder === null) return;
  const who = `process ${holder.pid} on ${holder.host}, since ${holder.since}`;
  if (holder.host !== own.host) {
    throw new RunFolderError(`run folder ${folder} is locked from another host`, {
      got: who,
      remedy: `If that run is gone, remove ${path}`,
    });
  }
  const fate = fateOf(holder, own);
  if (fate === 'gone') return;
  throw new RunFolderError(`run folder ${folder} is in use`, {
    got: who,
    remedy:
      fate === 'alive'
        ? 'Wait for that run to end, or choose another folder with --out'
        : `It may be in another container or on another machine of that name; if it is gone, remove ${path}`,
  });
}

function fateOf(holder: LockHolder, own: LockHolder): 'alive' | 'gone' | 'unknown' {
  if (holder.boot !== own.boot) return own.machine !== null && holder.machine === own.machine ? 'gone' : 'unknown';
  if (holder.pidNamespace !== own.pidNamespace) return 'unknown';
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: there is one, of another user.
    if (systemCode(error) === 'ESRCH') return 'gone';
  }
  const { state, start } = processOf(holder.pid);
  // a zombie, dead or dying, waits for its parent and writes nothing
  return start === holder.processStart && state !== 'Z' && state !== 'X' ? 'alive' : 'gone';
}

/** Fields 3 and 22 of /proc/PID/stat; the second field, the command, may hold blanks and parentheses. */
function processOf(pid: number): { readonly state: string | null; readonly start: string | null } {
  const path = `/proc/${pid}/stat`;
  const stat = existsSync(path) ? attempt(() => readFileSync(path, 'utf8')) : null;
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  return { state: fields[0] ?? null, start: fields[19] ?? null };
}

/**
 * @returns null where nobody is named
 * @throws RunFolderError where it may not be looked at: somebody else may hold it
 */
function readHolder(files: FileSystem, path: string): LockHolder | null {
  let text: string;
  try {
    text = Buffer.from(files.readFileSync(path, largestLock)).toString('utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTFILE', 'EFBIG'].includes(systemCode(error) ?? '')) return null;
    throw new RunFolderError(`run folder ${join(path, '..')} has a lock that cannot be read`, {
      ...describeFailure(error),
      remedy: `If no run writes there, remove ${path}`,
    });
  }
  const value: unknown = attempt(() => JSON.parse(text));
  return isHolder(value) ? value : null;
}

function contentOf(files: FileSystem, path: string): string | null {
  return attempt(() => Buffer.from(files.readFileSync(path, largestLock)).toString('utf8'));
}

function isHolder(value: unknown): value is LockHolder {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Record<string, unknown>;
  const known = ['processStart', 'boot', 'machine', 'pidNamespace'].every(
    (key) => fields[key] === null || typeof fields[key] === 'string',
  );
  const pid = fields['pid'];
  const isPid = typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0;
  return known && isPid && typeof fields['host'] === 'string' && typeof fields['since'] === 'string';
}

/** Null where there is no such file, or nothing in it (as in container images). */
function firstLine(path: string): string | null {
  return attempt(() => readFileSync(path, 'utf8').trim()) || null;
}

function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}
