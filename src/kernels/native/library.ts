import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LibraryHandle } from 'koffi';
import { UnavailableError } from '../../errors/index.ts';
import { loadKoffi, whyRefused } from '../../foreign/index.ts';
import { type NativeFunctions, bindFunctions } from './functions.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Kernels of kernels.c for one instruction set, loaded. */
export interface NativeLibrary {
  readonly path: string;
  /** the instruction set: v3 or v4 of x86-64, neon */
  readonly level: string;
  readonly functions: NativeFunctions;
  /** address of a buffer's first byte; the caller keeps the buffer alive */
  addressOf(bytes: Uint8Array): number;
}

interface Binary {
  readonly file: string;
  /** from the narrowest to the widest */
  readonly levels: readonly string[];
  readonly sha256: string;
}

/** binaries/manifest.json, which scripts/build-native.ts writes. */
interface Manifest {
  readonly binaries: Readonly<Record<string, Binary>>;
}

/** Of kernels.c: its `version`. */
const version = 1;

export interface NativePlace {
  /** where the binaries lie; those of this package unless given */
  readonly folder?: URL;
  /** `process.platform`-`process.arch` of this process unless given */
  readonly platform?: string;
}

/**
 * The native kernels of the widest vectors that this machine has, or of the level that CREDENCE_NATIVE names. A file is only
 * loaded where its sha256 is that of the manifest: one of another version, or cut off, could end the process.
 * @returns null where CREDENCE_NATIVE is off
 * @throws UnavailableError that says what is missing or refused
 */
export async function loadNative(env: Environment, place: NativePlace = {}): Promise<NativeLibrary | null> {
  const { CREDENCE_NATIVE: asked } = env;
  if (asked === 'off') return null;
  const { folder = new URL('./binaries/', import.meta.url), platform = `${process.platform}-${process.arch}` } = place;
  const binary = binaryOf(folder, platform);
  if (asked !== undefined && asked !== '' && !binary.levels.includes(asked)) {
    throw new UnavailableError('CREDENCE_NATIVE names no level of this platform', {
      got: asked,
      expected: `${binary.levels.join(', ')} or off`,
    });
  }
  const path = fileURLToPath(new URL(binary.file, folder));
  checkFile(path, binary.sha256);
  const koffi = await loadKoffi('the native kernels are');
  const handle = orRefused(path, () => koffi.load(path));
  const found = orRefused(path, () => levelBy(handle));
  // levels are counted from the machine's upwards: v3 and v4 are 3 and 4, neon is 1
  const there = binary.levels.filter((name) => levelNumbers[name]! <= found);
  const level = asked || there.at(-1);
  if (level === undefined) {
    throw new UnavailableError('this processor has no vectors wider than those of WebAssembly', {
      got: 'less than x86-64-v3 (AVX2, FMA, BMI2)',
    });
  }
  if (!there.includes(level)) {
    throw new UnavailableError('CREDENCE_NATIVE names a level that this processor does not have', {
      got: level,
      expected: [...there, 'off'].join(' or '),
    });
  }
  return {
    ...{ path, level, functions: orRefused(path, () => bindFunctions(handle, level)) },
    addressOf: (bytes) => Number(koffi.address(bytes)),
  };
}

const levelNumbers: Readonly<Record<string, number>> = { neon: 1, v3: 3, v4: 4 };

function binaryOf(folder: URL, platform: string): Binary {
  const file = fileURLToPath(new URL('manifest.json', folder));
  if (!existsSync(file)) throw new UnavailableError('the native kernels are not there', { got: `no ${file}` });
  const { binaries } = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  const binary = binaries[platform];
  if (binary) return binary;
  throw new UnavailableError('there are no native kernels for this platform', {
    got: platform,
    expected: Object.keys(binaries).join(', '),
  });
}

function checkFile(path: string, sha256: string): void {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new UnavailableError('the native kernels cannot be read', { got: (cause as Error).message, cause });
  }
  const got = createHash('sha256').update(bytes).digest('hex');
  if (got === sha256) return;
  throw new UnavailableError('the native kernels are not those that belong to this version', {
    got: `${path} of ${bytes.length} bytes with sha256 ${got.slice(0, 12)}...`,
    expected: `sha256 ${sha256.slice(0, 12)}...`,
    remedy: 'Install credence anew',
  });
}

/** @throws UnavailableError where the system refuses the file (a folder mounted noexec), or something of it */
function orRefused<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new UnavailableError('the native kernels cannot be loaded', { got: whyRefused(path, cause), cause });
  }
}

/** The highest level of the processor, as the library sees it. */
function levelBy(handle: LibraryHandle): number {
  const own = (handle.func('version', 'int32_t', []) as () => number)();
  if (own !== version) throw new Error(`version ${own}, and ${version} is needed`);
  return (handle.func('level', 'int32_t', []) as () => number)();
}
