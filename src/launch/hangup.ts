/**
 * SIGHUP under nohup. A program that is started with the signal ignored is to live on when its terminal goes away; Node sets it
 * back to its default before any of our code runs, and what it was is not told. So it is looked for around the process.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

let isIgnored: boolean | null = null;

/** From now on SIGHUP does nothing, where the process was started so. @returns whether it was */
export function ignoreHangupIfAsked(): boolean {
  if (isIgnored === null) {
    isIgnored = process.platform !== 'win32' && wasIgnored();
    if (isIgnored) process.on('SIGHUP', () => {});
  }
  return isIgnored;
}

/** What a shell or nohup leaves behind it. */
export function wasIgnored(
  env: Readonly<Record<string, string | undefined>> = process.env,
  { parent = process.ppid }: { readonly parent?: number } = {},
): boolean {
  // who ignores it starts children that do: `trap "" HUP`, mpiexec under nohup
  const ignored = /^SigIgn:\s*([0-9a-f]+)$/m.exec(attempt(() => readFileSync(`/proc/${parent}/status`, 'utf8')))?.[1];
  if (ignored !== undefined && Number.parseInt(ignored.slice(-1), 16) % 2 === 1) return true;
  // bash and zsh say which program they started, and nohup becomes it
  if (basename(env['_'] ?? '') === 'nohup') return true;
  // nohup puts what cannot be read in the place of a terminal, and writes to a file of its name
  const target = (file: number) => attempt(() => readlinkSync(`/proc/self/fd/${file}`));
  if ([1, 2].some((file) => basename(target(file)) === 'nohup.out')) return true;
  const flags = /^flags:\s*0*(\d+)$/m.exec(attempt(() => readFileSync('/proc/self/fdinfo/0', 'utf8')))?.[1];
  return target(0) === '/dev/null' && flags?.endsWith('1') === true;
}

function attempt(look: () => string): string {
  try {
    return look();
  } catch {
    return '';
  }
}
