/**
 * Compiles src/kernels/native/kernels.c for every platform into src/kernels/native/binaries/, which are committed, and writes
 * their sha256 and what made them into binaries/manifest.json: users need no compiler.
 *
 * npx tsx scripts/build-native.ts [--check] [--out FOLDER]   --check compiles anew and compares with what is committed
 *
 * The compiler is zig's, from the Python package ziglang, one version: npm run setup -- zig.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const root = join(import.meta.dirname, '..');
const room = join(root, 'src/kernels/native');
const source = join(room, 'kernels.c');
const python = join(root, '.cache/zig/bin/python');
const compiler = '0.17.1';

/** Code may not be contracted or reordered otherwise than it is written; there is no C library to call. */
const flags = [
  ...['-O3', '-std=gnu11', '-Wall', '-Wextra', '-Werror', '-ffreestanding', '-nostdlib', '-g0'],
  ...['-ffp-contract=off', '-fno-math-errno', '-fno-trapping-math'],
  ...['-fvisibility=hidden', '-fno-stack-protector', '-fno-sanitize=undefined', '-fno-asynchronous-unwind-tables'],
];

interface Level {
  readonly name: string;
  readonly cpu: string;
  /** floats of a vector */
  readonly lanes: number;
}

const ofX64: readonly Level[] = [
  { name: 'v3', cpu: 'x86_64_v3', lanes: 8 },
  { name: 'v4', cpu: 'x86_64_v4', lanes: 16 },
];
const ofArm64: readonly Level[] = [{ name: 'neon', cpu: 'baseline', lanes: 4 }];

const unix = { compiling: ['-fPIC'], linking: [] };
// no time of day in it
const windows = { compiling: ['-mno-stack-arg-probe'], linking: ['-Wl,-Brepro'] };

/** The platforms of Node, `process.platform`-`process.arch`. */
const platforms = [
  { name: 'linux-x64', target: 'x86_64-linux-gnu', levels: ofX64, file: 'linux-x64.so', ...unix },
  { name: 'linux-arm64', target: 'aarch64-linux-gnu', levels: ofArm64, file: 'linux-arm64.so', ...unix },
  { name: 'darwin-x64', target: 'x86_64-macos', levels: ofX64, file: 'darwin-x64.dylib', ...unix },
  { name: 'darwin-arm64', target: 'aarch64-macos', levels: ofArm64, file: 'darwin-arm64.dylib', ...unix },
  { name: 'win32-x64', target: 'x86_64-windows-gnu', levels: ofX64, file: 'win32-x64.dll', ...windows },
];

interface Manifest {
  readonly compiler: string;
  readonly source: string;
  readonly binaries: Readonly<Record<string, { file: string; levels: readonly string[]; sha256: string }>>;
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false }, out: { type: 'string' } } });
if (!existsSync(python)) {
  process.stderr.write('there is no zig: npm run setup -- zig\n');
  process.exit(1);
}
const scratch = mkdtempSync(join(tmpdir(), 'credence-native-'));
const out = values.out ?? (values.check ? join(scratch, 'out') : join(room, 'binaries'));
try {
  mkdirSync(out, { recursive: true });
  copyFileSync(source, join(scratch, 'kernels.c'));
  const found = zig(['version']).trim();
  if (found !== compiler) throw new Error(`zig: got ${found}, expected ${compiler}: npm run setup -- zig`);
  const manifest = buildAll();
  if (values.check) compare(manifest);
  else writeFileSync(join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function buildAll(): Manifest {
  const binaries = Object.fromEntries(
    platforms.map(({ name, target, levels, file, compiling, linking }) => {
      const objects = levels.map((level, i) => {
        const object = `${name}-${level.name}.o`;
        const definitions = [`-DLEVEL=${level.name}`, `-DLANES=${level.lanes}`, ...(i === 0 ? ['-DENTRY'] : [])];
        const wide = level.lanes === 16 ? ['-mprefer-vector-width=512'] : [];
        zig([
          ...['cc', ...flags, ...compiling, ...wide, '-target', target, `-mcpu=${level.cpu}`, ...definitions],
          ...['-c', 'kernels.c', '-o', object],
        ]);
        return object;
      });
      zig(['cc', '-target', target, '-shared', '-nostdlib', '-s', ...linking, '-o', file, ...objects]);
      copyFileSync(join(scratch, file), join(out, file));
      const sha256 = hashOf(join(out, file));
      return [name, { file, levels: levels.map((level) => level.name), sha256 }];
    }),
  );
  return { compiler: `zig ${compiler}`, source: hashOf(source), binaries };
}

/** In one folder and with names alone, since a linker writes paths into what it makes. */
function zig(words: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(python, ['-m', 'ziglang', ...words], {
    cwd: scratch,
    encoding: 'utf8',
    env: { ...process.env, ZIG_LOCAL_CACHE_DIR: join(scratch, 'cache'), ZIG_GLOBAL_CACHE_DIR: join(scratch, 'cache') },
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`zig ${words.join(' ')}: ${stderr}`);
  return stdout;
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function compare(built: Manifest): void {
  const committed = JSON.parse(readFileSync(join(room, 'binaries/manifest.json'), 'utf8')) as Manifest;
  const differing = Object.entries(built.binaries).filter(([name, { sha256 }]) => {
    const kept = committed.binaries[name];
    return kept?.sha256 !== sha256 || hashOf(join(room, 'binaries', kept.file)) !== sha256;
  });
  if (differing.length > 0 || committed.source !== built.source) {
    const names = differing.map(([name]) => name).join(', ');
    process.stderr.write(
      `the native kernels that are committed are not those of kernels.c (${names || 'its sha256'}): npx tsx scripts/build-native.ts\n`,
    );
    process.exitCode = 1;
  } else process.stdout.write(`${Object.keys(built.binaries).length} binaries are those of kernels.c\n`);
}
