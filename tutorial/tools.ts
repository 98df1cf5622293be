/**
 * What the cells of the tutorial do beside computing: say that a claim holds, show a picture, run a command. The same cells
 * run in a notebook (Deno's kernel) and as a script (`npx tsx tutorial/01-bayes-and-the-elbo.ts`); only `show` knows which.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const house = join(import.meta.dirname, '..');
/** A claim of the text, checked where it is made. */
export function claim(statement: string, holds: boolean): void {
  if (!holds) throw new Error(`this should hold, and does not: ${statement}`);
  console.log(`✓ ${statement}`);
}

/** What of Deno is used; absent where the cells run as a script. */
interface Deno {
  readonly jupyter: { broadcast(message: 'display_data', content: object): Promise<void> };
}
const { Deno: deno } = globalThis as { Deno?: Deno };

let pictures = 0;

/** Shows a picture below the cell; a script writes it into tutorial/pictures instead, and says where. */
export async function show(caption: string, svg: string): Promise<void> {
  pictures++;
  if (deno) {
    // what was printed before goes on its own way, and should come first
    await new Promise((resolve) => setTimeout(resolve, 50));
    const data = { 'image/svg+xml': svg, 'text/plain': caption };
    await deno.jupyter.broadcast('display_data', { data, metadata: {}, transient: {} });
    return;
  }
  const folder = join(import.meta.dirname, 'pictures');
  mkdirSync(folder, { recursive: true });
  const file = `${basename(process.argv[1] ?? 'picture', '.ts')}-${pictures}.svg`;
  writeFileSync(join(folder, file), svg);
  console.log(`[picture: ${caption}; tutorial/pictures/${file}]`);
}

/**
 * A new empty folder that is gone when the notebook or the script ends: two that run at once do not meet. It lies in this
 * repository, so that a module in it may import credence by its name.
 */
export function scratch(): string {
  const cache = join(house, '.cache');
  mkdirSync(cache, { recursive: true });
  // a kernel is ended without a chance to tidy up: the next one does
  for (const name of readdirSync(cache)) {
    const pid = /^tutorial-(\d+)-/.exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) rmSync(join(cache, name), { recursive: true, force: true });
  }
  const folder = mkdtempSync(join(cache, `tutorial-${process.pid}-`));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Ended command: what it wrote, and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `credence` as a terminal would in a folder, and waits for its end. */
export function credence(folder: string, ...words: readonly string[]): Ended {
  const main = join(house, 'dist/cli/main.js');
  const { status, stdout, stderr } = spawnSync('node', [main, ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}
