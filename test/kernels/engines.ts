import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { UnavailableError } from '../../src/errors/index.ts';
import type { KernelsFactory } from '../../src/kernels/index.ts';
import { loadNative, nativeVectors } from '../../src/kernels/native/index.ts';
import { loadOnednn, onednnKernels } from '../../src/kernels/onednn/index.ts';
import { referenceKernels } from '../../src/kernels/reference/index.ts';
import { poisoned } from './poisoned-onednn.ts';

export interface Engine {
  readonly name: string;
  /** null: not on this machine */
  load(): Promise<KernelsFactory | null>;
  /** what is missing where `load` gives null */
  readonly skipReason: string;
  /** whether a machine that runs everything (CI) must have it */
  readonly required: boolean;
}

/** Compiled from AssemblyScript, not part of the repository. */
const compiled = new URL('../../src/kernels/wasm/generated/modules.ts', import.meta.url);

// Node 20 knows relaxed SIMD behind a flag only: nobody trains with it there, but the build can be held to the contract.
if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');

async function loadWasm(build: 'base' | 'relaxed'): Promise<KernelsFactory | null> {
  if (!existsSync(compiled)) return null;
  const { isAvailable, wasmBuilds } = await import('../../src/kernels/wasm/index.ts');
  return isAvailable(build) ? wasmBuilds[build] : null;
}

async function loadOwn(level: string): Promise<KernelsFactory | null> {
  if (!existsSync(compiled)) return null;
  const { wasmKernelsWith } = await import('../../src/kernels/wasm/index.ts');
  return whereAvailable(async () => {
    const library = await loadNative({ CREDENCE_NATIVE: level });
    return wasmKernelsWith(nativeVectors(library!));
  });
}

async function loadLibrary(level: string): Promise<KernelsFactory | null> {
  if (!existsSync(compiled)) return null;
  return whereAvailable(async () => {
    const native = await loadNative({ CREDENCE_NATIVE: level });
    const library = await poisoned(await loadOnednn(process.env));
    return onednnKernels(library, { vectors: native && nativeVectors(native) });
  });
}

async function whereAvailable(load: () => Promise<KernelsFactory>): Promise<KernelsFactory | null> {
  try {
    return await load();
  } catch (error) {
    if (error instanceof UnavailableError) return null;
    throw error;
  }
}

/** Levels of this platform. A machine that runs everything has AVX2 at least; wider vectors are there or not. */
const levels: readonly { readonly name: string; readonly required: boolean }[] =
  process.arch === 'arm64'
    ? [{ name: 'neon', required: true }]
    : [
        { name: 'v3', required: true },
        { name: 'v4', required: false },
      ];

/** Every engine that the contract holds together. */
export const engines: readonly Engine[] = [
  {
    name: 'reference',
    load: () => Promise.resolve(referenceKernels),
    skipReason: 'it is always there',
    required: true,
  },
  {
    name: 'wasm',
    load: () => loadWasm('base'),
    skipReason: 'src/kernels/wasm/generated is not built',
    required: true,
  },
  {
    name: 'wasm with relaxed SIMD',
    load: () => loadWasm('relaxed'),
    skipReason: 'src/kernels/wasm/generated is not built, or this Node has no relaxed SIMD at all',
    required: true,
  },
  ...levels.map(({ name, required }) => ({
    name: `wasm+native ${name}`,
    load: () => loadOwn(name),
    skipReason: `this processor has no ${name}`,
    required,
  })),
  {
    name: 'onednn',
    load: () => loadLibrary('off'),
    skipReason: 'no oneDNN 3 on this machine: npm run setup -- onednn',
    required: true,
  },
  {
    name: 'onednn+native',
    load: () => loadLibrary(''),
    skipReason: 'no oneDNN 3 on this machine (npm run setup -- onednn), or a processor without AVX2',
    required: true,
  },
];

/** An engine where it is there; where it must be and is not, a factory that fails with the reason. */
export async function loadEngine(
  engine: Engine,
): Promise<{ title: string; skipped: boolean; create(): KernelsFactory }> {
  const factory = await engine.load();
  const skipped = factory === null && !(engine.required && process.env.CI);
  return {
    title: skipped ? `${engine.name} (skipped: ${engine.skipReason})` : engine.name,
    skipped,
    create() {
      if (factory === null) throw new Error(`the engine ${engine.name} is missing: ${engine.skipReason}`);
      return factory;
    },
  };
}
