import { existsSync } from 'node:fs';
import type { LibraryHandle } from 'koffi';
import { UnavailableError } from '../../errors/index.ts';
import { type Koffi, loadKoffi, whyRefused } from '../../foreign/index.ts';
import { onednnLibraries } from './find.ts';
import { type OnednnFunctions, bindFunctions } from './functions.ts';

/** oneDNN, loaded and looked at. */
export interface OnednnLibrary {
  readonly path: string;
  /** such as 3.2.0 */
  readonly version: string;
  /** what its kernels may use, as oneDNN names it: avx2, avx512_core_amx, … */
  readonly instructions: string;
  readonly functions: OnednnFunctions;
  /** address of a buffer's first byte; the caller keeps the buffer alive */
  addressOf(bytes: Uint8Array): number;
  /** the 64-bit numbers that an address points to */
  numbersAt(address: number, count: number): number[];
  /** keeps signals from the calling thread while a kernel runs that a handler would break; null where that cannot be done */
  readonly signals: SignalMask | null;
  /** the text that a C string's address points to */
  textAt(address: number): string;
}

export interface SignalMask {
  block(): void;
  restore(): void;
}

const remedy =
  'Get it: npm run setup -- onednn, pip install onednn-cpu-gomp==2023.2.0, conda install onednn or brew install onednn; ' +
  'or name libdnnl.so.3 in CREDENCE_ONEDNN. --engine wasm needs none';

/** @throws UnavailableError that says what was tried and how to get the library */
export async function loadOnednn(
  env: Readonly<Record<string, string | undefined>>,
  paths: readonly string[] = onednnLibraries(env),
): Promise<OnednnLibrary> {
  const koffi = await loadKoffi('oneDNN is');
  const refused: string[] = [];
  for (const path of paths) {
    if (path.includes('/') && !existsSync(path)) continue;
    try {
      return open(koffi, path);
    } catch (error) {
      // the bare name is only a question to the loader
      if (path.includes('/')) refused.push(whyRefused(path, error));
    }
  }
  if (env.CREDENCE_ONEDNN) {
    throw new UnavailableError('CREDENCE_ONEDNN names no oneDNN that works', {
      got: refused[0] ?? `${env.CREDENCE_ONEDNN}, which is not there`,
      expected: 'the path of libdnnl.so.3, libdnnl.3.dylib or dnnl.dll of oneDNN 3',
    });
  }
  if (refused.length === 0) throw new UnavailableError('oneDNN is not installed', { remedy });
  const openmp = refused[0]!.includes('libgomp') ? 'It needs OpenMP: apt-get install libgomp1' : remedy;
  throw new UnavailableError('oneDNN is there and does not work', { got: refused[0]!, remedy: openmp });
}

function open(koffi: Koffi, path: string): OnednnLibrary {
  const handle = koffi.load(path);
  let version: () => unknown;
  try {
    version = handle.func('dnnl_version', 'void*', []) as () => unknown;
  } catch {
    throw new Error(`${path} is not oneDNN: it has no dnnl_version`);
  }
  // dnnl_version_t: three integers, in every version; the address of a text, which begins at a multiple of 8; cpu_runtime
  const [major, minor, patch, , , , runtime] = koffi.decode(version(), 'int', 7) as number[];
  if (major !== 3) throw new Error(`${path} is oneDNN ${major}.${minor}.${patch}, and version 3 is needed`);
  if (runtime === syclRuntime) {
    throw new Error(
      `${path} is a build of oneDNN for SYCL, whose memory is not that of this process; take one for OpenMP`,
    );
  }
  oneThread(handle);
  const isa = (handle.func('dnnl_get_effective_cpu_isa', 'int', []) as () => number)();
  return {
    path,
    version: `${major}.${minor}.${patch}`,
    instructions: instructionSets[isa] ?? `instruction set ${isa}`,
    functions: bindFunctions(handle),
    signals: signalMask(koffi, handle),
    addressOf: (bytes) => Number(koffi.address(bytes)),
    numbersAt: (address, count) => Array.from(koffi.decode(address, 'int64_t', count) as ArrayLike<bigint>, Number),
    textAt: (address) => koffi.decode(address, 'char', -1) as string,
  };
}

/** DNNL_RUNTIME_SYCL */
const syclRuntime = 512;

/**
 * A rank is one core: primitives are made for, and run by, one thread. The number is the calling thread's own, which is
 * why it is set in every thread that loads the library.
 */
function oneThread(handle: LibraryHandle): void {
  try {
    (handle.func('omp_set_num_threads', 'void', ['int']) as (count: number) => void)(1);
  } catch {
    // a build without OpenMP
  }
}

/** Linux's SIG_SETMASK, and the bytes of its sigset_t. */
const setMask = 2;
const maskBytes = 128;

function signalMask(koffi: Koffi, handle: LibraryHandle): SignalMask | null {
  if (process.platform !== 'linux') return null;
  type Change = (how: number, set: number, old: number) => number;
  const change = handle.func('pthread_sigmask', 'int', ['int', 'uintptr_t', 'uintptr_t']) as Change;
  const masks = new Uint8Array(2 * maskBytes).fill(0xff, 0, maskBytes);
  const all = Number(koffi.address(masks));
  const before = all + maskBytes;
  return {
    block: () => void change(setMask, all, before),
    // the array is named so that it lives as long as the functions that write into it
    restore: () => void (masks.length > 0 && change(setMask, before, 0)),
  };
}

/** dnnl_cpu_isa_t */
const instructionSets: Readonly<Record<number, string>> = {
  0x1: 'sse41',
  0x3: 'avx',
  0x7: 'avx2',
  0xf: 'avx2_vnni',
  0x1f: 'avx2_vnni_2',
  0x27: 'avx512_core',
  0x67: 'avx512_core_vnni',
  0xe7: 'avx512_core_bf16',
  0x1ef: 'avx512_core_fp16',
  0xfef: 'avx512_core_amx',
  0x1fef: 'avx512_core_amx_fp16',
};
