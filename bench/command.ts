import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

export interface Measured {
  /** what the command printed with --json */
  readonly answer: Readonly<Record<string, unknown>>;
  readonly peakRssMB: number;
  /** from the start of the process to the end of the first training step */
  readonly firstStepSeconds: number;
}

/** Runs the built command line as a user does, in a throwaway folder, with `train … --json`. */
export async function measureTraining(args: readonly string[]): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'credence-bench-'));
  try {
    const peak = join(folder, 'peak');
    const run = join(folder, 'run');
    const command = [
      '--import',
      join(root, 'bench', 'peak-memory.mjs'),
      join(root, 'dist', 'cli', 'main.js'),
      'train',
      ...args,
      '--out',
      run,
      '--json',
    ];
    const started = Date.now() / 1000;
    const output = await capture(command, { ...process.env, BENCH_PEAK_FILE: peak });
    const firstStep = readFileSync(join(run, 'timing.csv'), 'utf8').split('\n')[1]!.split(',');
    return {
      answer: JSON.parse(output) as Record<string, unknown>,
      peakRssMB: Number(readFileSync(peak, 'utf8')) / 1e6,
      firstStepSeconds: Number(firstStep[4]) - started,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function capture(command: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`credence ${command.slice(4).join(' ')} ended with code ${code}: ${errors.trim()}`));
    });
  });
}
