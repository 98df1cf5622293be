import { UnavailableError } from '../errors/index.ts';
import type { EngineName, KernelsFactory } from '../kernels/index.ts';
import type { RunConfiguration } from '../train/index.ts';

interface Found {
  readonly factory: KernelsFactory;
  /** where it was found, for what was not there already */
  readonly place?: string;
}

/** Each loaded when it is chosen. */
const engines: Readonly<Record<EngineName, () => Promise<Found>>> = {
  wasm: async () => ({ factory: (await import('../kernels/wasm/index.ts')).wasmKernels }),
  onednn: async () => {
    const { loadOnednn, onednnKernels } = await import('../kernels/onednn/index.ts');
    const library = await loadOnednn(process.env);
    return { factory: onednnKernels(library), place: library.path };
  },
  reference: async () => ({ factory: (await import('../kernels/reference/index.ts')).referenceKernels }),
};

/**
 * `auto` is onednn where the library is found and works, wasm otherwise.
 * @throws UnavailableError where the engine that was asked for is not on this machine
 */
export async function chooseEngine(name: RunConfiguration['engine']): Promise<KernelsFactory> {
  if (name !== 'auto') return (await engines[name]()).factory;
  try {
    return (await engines.onednn()).factory;
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return withNote((await engines.wasm()).factory, error.got ? `${error.what}: ${error.got}` : error.what);
  }
}

/** The same engine, which says why it was taken. */
function withNote(factory: KernelsFactory, note: string): KernelsFactory {
  return {
    ...factory,
    create(memory) {
      const kernels = factory.create(memory);
      return { ...kernels, description: `${kernels.description} (${note})` };
    },
  };
}

/** What a user should know who asked for a precision: a line, or null. */
export function precisionNote(
  { name, hasBfloat16 }: KernelsFactory,
  { precision }: Pick<RunConfiguration, 'precision'>,
): string | null {
  if (precision !== 'bf16' || hasBfloat16) return null;
  return `bf16: the engine ${name} computes it by conversion here, slower than f32; it saves memory, not time`;
}

/**
 * Whether --precision bf16 is worth asking for here.
 * @throws UnavailableError where it is not
 */
export async function describeBfloat16(): Promise<string> {
  const { name, hasBfloat16 } = await chooseEngine('auto');
  // found is not enough: it has to start
  await describeEngine(name);
  if (hasBfloat16) return `convolutions and products of bfloat16 by ${name}`;
  throw new UnavailableError('no AVX512-BF16 or AMX that oneDNN could use: --precision bf16 runs, slower than f32');
}

/**
 * Starts an engine, to see whether it works.
 * @returns which build runs, on what, and where it was found
 */
export async function describeEngine(name: EngineName): Promise<string> {
  const { factory, place } = await engines[name]();
  const pages = Math.ceil(factory.firstFreeByte / 65_536) + 1;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const { description } = factory.create(memory);
  return place === undefined ? description : `${description}; ${place}`;
}
