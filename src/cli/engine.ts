import { UnavailableError } from '../errors/index.ts';
import type { KernelsFactory } from '../kernels/index.ts';
import type { RunConfiguration } from '../train/index.ts';

type EngineName = Exclude<RunConfiguration['engine'], 'auto'>;

/** From the one that `auto` prefers to the one that always works. */
const engines: Readonly<Record<EngineName, () => Promise<KernelsFactory>>> = {
  wasm: () => Promise.reject(new UnavailableError('engine wasm is not built', { remedy: 'Run npm run build' })),
  reference: async () => (await import('../kernels/reference/index.ts')).referenceKernels,
};

export const engineNames = Object.keys(engines) as EngineName[];

/** @throws UnavailableError for an engine that this machine or this build does not have */
export function chooseEngine(name: RunConfiguration['engine']): Promise<KernelsFactory> {
  return name === 'auto' ? engines.wasm().catch(() => engines.reference()) : engines[name]();
}

/**
 * Starts an engine, to see whether it works.
 * @returns which build runs, on what
 * @throws UnavailableError where it does not
 */
export async function describeEngine(name: EngineName): Promise<string> {
  const factory = await engines[name]();
  const pages = Math.ceil(factory.firstFreeByte / 65_536) + 1;
  return factory.create(new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })).description;
}
