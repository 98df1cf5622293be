import type { Communicator } from '../comm/index.ts';
import { UnavailableError } from '../errors/index.ts';
import { type EngineName, type KernelsFactory, sharedBuffer } from '../kernels/index.ts';
import type { Vectors } from '../kernels/wasm/index.ts';
import type { RunConfiguration } from '../train/index.ts';

interface Found {
  readonly factory: KernelsFactory;
  /** where it was found, for what was not there already */
  readonly place?: string;
}

/** Each loaded when it is chosen. */
const engines: Readonly<Record<EngineName, (vectors: Vectors | null) => Promise<Found>>> = {
  wasm: async (vectors) => ({ factory: (await import('../kernels/wasm/index.ts')).wasmKernelsWith(vectors) }),
  onednn: async (vectors) => {
    const { loadOnednn, onednnKernels } = await import('../kernels/onednn/index.ts');
    const library = await loadOnednn(process.env);
    return { factory: onednnKernels(library, { vectors }), place: library.path };
  },
  reference: async () => ({ factory: (await import('../kernels/reference/index.ts')).referenceKernels }),
};

/**
 * Native kernels for what the wasm kernels do, where they work.
 * @throws UnavailableError where CREDENCE_NATIVE names what is not on this machine
 */
async function findVectors(): Promise<Vectors | null> {
  const { loadNative, nativeVectors } = await import('../kernels/native/index.ts');
  try {
    const library = await loadNative(process.env);
    return library && nativeVectors(library);
  } catch (error) {
    // what nobody asked for is not missed; doctor tells why
    if (error instanceof UnavailableError && !process.env['CREDENCE_NATIVE']) return null;
    throw error;
  }
}

/**
 * Which native kernels run beside the engines, and from where.
 * @throws UnavailableError with the reason where none do
 */
export async function describeNative(): Promise<string> {
  const { loadNative } = await import('../kernels/native/index.ts');
  const library = await loadNative(process.env);
  if (library) return `${library.level}; ${library.path}`;
  throw new UnavailableError('turned off by CREDENCE_NATIVE=off; the wasm kernels do their part');
}

/**
 * `auto` is onednn where the library is found and works, wasm otherwise.
 * @throws UnavailableError where the engine that was asked for is not on this machine
 */
export async function chooseEngine(name: RunConfiguration['engine']): Promise<KernelsFactory> {
  return engineWith(name, await findVectors());
}

async function engineWith(name: RunConfiguration['engine'], vectors: Vectors | null): Promise<KernelsFactory> {
  if (name !== 'auto') return (await engines[name](vectors)).factory;
  try {
    return (await engines.onednn(vectors)).factory;
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return withNote((await engines.wasm(vectors)).factory, error.got ? `${error.what}: ${error.got}` : error.what);
  }
}

/**
 * The same for a rank: what one of them lacks, all do without. Each computes the prior's gradient and the update for itself,
 * from parameters that are to stay the same bits on all; native kernels of any width give the same bits, wasm kernels
 * without fused multiply-add do not.
 */
export async function chooseTogether(
  name: RunConfiguration['engine'],
  communicator: Communicator,
): Promise<KernelsFactory> {
  const vectors = await findVectors();
  const own = await engineWith(name, vectors);
  if (communicator.kind !== 'mpi') return own;
  const here = new Int32Array(sharedBuffer(8));
  here.set([Number(own.name === 'onednn'), Number(vectors !== null)]);
  communicator.allreduce(here, 'min', 'engines').run(0);
  const [hasOnednn, hasVectors] = here;
  const common = name === 'auto' && !hasOnednn ? 'wasm' : name;
  if (common === name && Boolean(hasVectors) === (vectors !== null)) return own;
  return withNote(await engineWith(common, hasVectors ? vectors : null), 'what all ranks have');
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
  const { factory, place } = await engines[name](await findVectors());
  const pages = Math.ceil(factory.firstFreeByte / 65_536) + 1;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const { description } = factory.create(memory);
  return place === undefined ? description : `${description}; ${place}`;
}
