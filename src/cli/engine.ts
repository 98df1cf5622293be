import type { KernelsFactory } from '../kernels/index.ts';
import type { RunConfiguration } from '../train/index.ts';

type EngineName = Exclude<RunConfiguration['engine'], 'auto'>;

/** Each loaded when it is chosen. */
const engines: Readonly<Record<EngineName, () => Promise<KernelsFactory>>> = {
  wasm: async () => (await import('../kernels/wasm/index.ts')).wasmKernels,
  reference: async () => (await import('../kernels/reference/index.ts')).referenceKernels,
};

export const engineNames = Object.keys(engines) as EngineName[];

export function chooseEngine(name: RunConfiguration['engine']): Promise<KernelsFactory> {
  return engines[name === 'auto' ? 'wasm' : name]();
}

/**
 * Starts an engine, to see whether it works.
 * @returns which build runs, on what
 */
export async function describeEngine(name: EngineName): Promise<string> {
  const factory = await engines[name]();
  const pages = Math.ceil(factory.firstFreeByte / 65_536) + 1;
  return factory.create(new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })).description;
}
