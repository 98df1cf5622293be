/**
 * Builds dist/ from src/: the WebAssembly kernels where they are stale, declarations by tsc, and the program by esbuild in
 * few files, since Node takes half a millisecond for each that it loads. What several ways in share is in dist/chunks/
 * once: an error of `credence/node` is an instance of the class that `credence` exports.
 *
 * npx tsx scripts/build.ts [--clean]   --clean leaves nothing of earlier builds: a package must not carry it.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

/** Ways in, by where they are written. What a thread starts with is beside the chunks, which name it by `import.meta.url`. */
const entryPoints = {
  index: 'src/index.ts',
  'gravitation/index': 'src/gravitation/index.ts',
  node: 'src/node.ts',
  'cli/main': 'src/cli/main.ts',
  'chunks/rank': 'src/compose/rank.ts',
  'chunks/prediction-rank': 'src/compose/prediction-rank.ts',
  'chunks/signal-files-rank': 'src/compose/signal-files-rank.ts',
  'chunks/attached': 'src/serve/attached.ts',
  'chunks/peak-memory': 'src/machine/bench/peak-memory.ts',
};

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** @returns what was written, by its place below dist/ */
async function bundle(): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir: dist,
    chunkNames: 'chunks/[name]-[hash]',
    ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20.19', packages: 'external' },
    // the package has the sources themselves
    ...{ sourcemap: true, sourcesContent: false, metafile: true, logLevel: 'warning' },
  });
  return Object.keys(metafile.outputs).map((path) => relative('dist', path));
}

/** An address such as `new URL('./rank.js', import.meta.url)` means what is in dist/chunks/, and is right only there. */
function assertAddresses(written: readonly string[]): void {
  for (const file of written.filter((name) => name.endsWith('.js') && !name.startsWith('chunks'))) {
    if (readFileSync(join(dist, file), 'utf8').includes('import.meta.url'))
      throw new Error(
        `dist/${file} names files beside it, which are in dist/chunks/: let another way in share that code`,
      );
  }
}

const day = 24 * 60 * 60 * 1e3;

/**
 * Removes what earlier builds left. Chunks stay for a day unless the package is to be clean: a training that was started
 * from them loads some at its end only.
 */
function removeLeftovers(written: readonly string[], isClean: boolean): void {
  const kept = new Set(written);
  for (const entry of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const path = join(dist, entry);
    const source = /^(.+)\.d\.ts(?:\.map)?$/.exec(entry)?.[1];
    const isWanted = source
      ? existsSync(join(root, 'src', `${source}.ts`))
      : kept.has(entry) || !/\.js(\.map)?$/.test(entry);
    const isRecent = !isClean && entry.startsWith('chunks') && Date.now() - statSync(path).mtimeMs < day;
    if (!isWanted && !isRecent) rmSync(path);
  }
}

run(process.execPath, ['--import', 'tsx', join(root, 'scripts/build-wasm.ts')]);
run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.build.json')]);
const written = await bundle();
assertAddresses(written);
removeLeftovers(written, process.argv.includes('--clean'));
// beside the chunk that names them
cpSync(join(root, 'src/kernels/native/binaries'), join(dist, 'chunks/binaries'), { recursive: true });
chmodSync(join(dist, 'cli/main.js'), 0o755);
