import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs a training to its end by the built command line, in a throwaway folder. @returns what it prints with --json */
export async function trainedBy(args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const folder = mkdtempSync(join(tmpdir(), 'credence-bench-'));
  try {
    const output = await credence('train', ...args, '--out', join(folder, 'run'), '--json');
    return JSON.parse(output) as Record<string, unknown>;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const main = join(import.meta.dirname, '..', 'dist', 'cli', 'main.js');

/** Runs the built command line. @returns what it wrote to stdout, as `capture` */
export function credence(...words: readonly string[]): Promise<string> {
  return capture([process.execPath, main, ...words]);
}

/** @returns what it wrote to stdout; fails with the last line of stderr where the exit code is not 0 */
export function capture([program, ...words]: readonly string[], env = process.env): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program!, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(errors.trim().split('\n').at(-1) || `ended with ${signal ?? `code ${code}`}`));
    });
  });
}
