import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { UnavailableError } from '../../src/errors/index.ts';
import type { KernelsFactory } from '../../src/kernels/index.ts';
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

async function loadNative(): Promise<KernelsFactory | null> {
  if (!existsSync(compiled)) return null;
  try {
    return onednnKernels(await poisoned(await loadOnednn(process.env)));
  } catch (error) {
    if (error instanceof UnavailableError) return null;
    throw error;
  }
}

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
  {
    name: 'onednn',
    load: loadNative,
    skipReason: 'no oneDNN 3 on this machine: npm run setup -- onednn',
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
