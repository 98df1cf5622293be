/** Builds dist/ from src/: the WebAssembly kernels where they are stale, then TypeScript; only what has changed. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** Removes what an earlier build left of sources that are gone: a package must not carry them. */
function removeOrphans(): void {
  for (const entry of readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' })) {
    const source = /^(.+?)(?:\.d\.ts|\.js)(?:\.map)?$/.exec(entry)?.[1];
    if (source && !existsSync(join(root, 'src', `${source}.ts`))) rmSync(join(root, 'dist', entry));
  }
}

const wasm = join(root, 'scripts/build-wasm.ts');
if (existsSync(wasm)) run(process.execPath, ['--import', 'tsx', wasm]);
run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.build.json')]);
removeOrphans();
const bin = join(root, 'dist/cli/main.js');
if (existsSync(bin)) chmodSync(bin, 0o755);
