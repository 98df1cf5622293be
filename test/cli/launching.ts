/** `credence launch` with one MPI, and the ranks that it has started. */
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { rankFromEnvironment } from '../../src/comm/index.ts';
import { findProgram } from '../../src/launch/index.ts';
import { type Running, built, folder } from './process.ts';

/** A path on which the only mpiexec is that of one MPI. */
export function pathWith(name: string, program: string | null): string {
  const bin = join(folder, name);
  mkdirSync(bin);
  // Not a link: MPICH looks for its other programs beside the one that was called.
  if (program !== null) {
    writeFileSync(join(bin, 'mpiexec'), `#!/bin/sh\nexec ${findProgram(program)} "$@"\n`, { mode: 0o755 });
  }
  for (const other of ['sh', 'sleep', 'ssh']) {
    const path = findProgram(other);
    if (path !== null) symlinkSync(path, join(bin, other));
  }
  return bin;
}

/** Starts `credence launch WORDS` with programs from that path. */
export function launch(path: string, ...words: string[]): Running {
  return spawn(process.execPath, [built, 'launch', ...words], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: path, NODE_OPTIONS: '', FORCE_COLOR: '0', CREDENCE_MPI: '' },
  });
}

/** The processes on Linux that were started with that run folder in their words, launchers left out. */
export function ranksOf(run: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const words = wordsOf(pid);
      return words[0]?.endsWith('node') && words[2] === 'train' && words.includes(run);
    })
    .sort((a, b) => a - b);
}

/** The rank that a launcher gave to a process on Linux. */
export function rankOf(pid: number): number {
  return rankFromEnvironment(Object.fromEntries(wordsOf(pid, 'environ').map((word) => word.split('=', 2))))!.rank;
}

function wordsOf(pid: number, file = 'cmdline'): string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0');
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
