/** The command as a user starts it, over a small data set that learns quickly. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** The command line as it is installed, which `npm test` has built: Node starts no thread from TypeScript sources. */
export const built = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export const folder = mkdtempSync(join(tmpdir(), 'credence-process-'));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type Running = ChildProcessByStdio<null, Readable, Readable>;

/** Starts `credence WORDS` in the scratch folder, as it is installed. */
export function start(...words: string[]): Running {
  return spawn(process.execPath, [built, ...words], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', FORCE_COLOR: '0' },
  });
}

export function endOf(child: Running): Promise<Ended> {
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (texts.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (texts.stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...texts }));
  });
}

export function credence(...words: string[]): Promise<Ended> {
  return endOf(start(...words));
}

/** Resolves when the file has at least so many lines; throws if the process ends before. */
export async function linesIn(path: string, count: number, child: Running): Promise<void> {
  for (;;) {
    try {
      if (readFileSync(join(folder, path), 'utf8').split('\n').length > count) return;
    } catch {
      // not there yet
    }
    if (child.exitCode !== null) throw new Error(`the process ended with code ${child.exitCode} before ${path} grew`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** metrics.jsonl without what no two runs share. */
export function figuresOf(run: string): unknown[] {
  const lines = readFileSync(join(folder, run, 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => ({ ...(JSON.parse(line) as object), seconds: null, samplesPerSecond: null }));
}

/** IDX files with images whose rows tell the class. @returns their folder */
export function writeDigits(name: string, counts = { train: 200, t10k: 50 }): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  for (const [set, count] of Object.entries(counts)) {
    const images = new Uint8Array(count * 784);
    const labels = Uint8Array.from({ length: count }, (_, i) => (i * 7) % 10);
    labels.forEach((label, i) => images.fill(200 + (i % 50), i * 784 + label * 56, i * 784 + label * 56 + 56));
    writeFileSync(join(path, `${set}-images-idx3-ubyte`), [header(0x803, count, 28, 28), images].reduce(joined));
    writeFileSync(join(path, `${set}-labels-idx1-ubyte`), [header(0x801, count), labels].reduce(joined));
  }
  return path;
}

function header(...words: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(words.length * 4));
  words.forEach((word, i) => view.setUint32(i * 4, word));
  return new Uint8Array(view.buffer);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  return new Uint8Array([...a, ...b]);
}
