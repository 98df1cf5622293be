import type { OperationName } from '../../graph/index.ts';
import type { KernelCall, KernelContext, Kernels, KernelsFactory } from '../kernels.ts';
import { type Vectors, wasmEngine, wasmKernels } from '../wasm/index.ts';
import { staysWithWasm } from './choice.ts';
import { prepareBackward } from './convolution-backward.ts';
import { prepareForward } from './convolution.ts';
import type { OnednnLibrary } from './library.ts';
import { prepareProduct } from './linear.ts';
import { factorType } from './precision.ts';
import type { Native, Prepare, Prepared } from './prepared.ts';
import { type ReferenceTrial, Session, Unimplemented } from './session.ts';

/** What is heavy; the wasm kernels do the rest on the same memory. */
const overrides: Readonly<Partial<Record<OperationName, Prepare>>> = {
  conv2d: prepareForward,
  conv2dBackward: prepareBackward,
  flipoutConv2d: prepareForward,
  flipoutConv2dBackward: prepareBackward,
  matmul: prepareProduct,
  dense: prepareProduct,
};

/**
 * With AMX two kernels of an example formed and a gradient folded take 1.5 ns per weight (measured), three more convolutions 6
 * flop per weight and position: the same from 125 to 270 positions on, at the 500 to 1,100 GFLOP/s that oneDNN reaches there.
 * Computed and not measured: maps of 8 x 8 lie well below, of 16 x 16 about there. Without AMX a step of the CIFAR network is
 * faster with own kernels at its maps of 8 x 8 too, by 4 % with wasm kernels and by 3 to 14 % with native ones (bench/RESULTS.md).
 */
const bfloat16Cost = { amx: { perExampleFrom: 160 }, avx512: { perExampleFrom: 64 } };

/**
 * The engine over a library that `loadOnednn` has found.
 * @param vectors for what the wasm kernels do
 */
export function onednnKernels(
  library: OnednnLibrary,
  { trial = null, vectors = null }: { readonly trial?: ReferenceTrial | null; readonly vectors?: Vectors | null } = {},
): KernelsFactory {
  const hasBfloat16 = /bf16|fp16|amx|avx2_vnni_2/.test(library.instructions);
  const ownBfloat16 = library.instructions.includes('amx') ? bfloat16Cost.amx : bfloat16Cost.avx512;
  return {
    name: 'onednn',
    firstFreeByte: wasmKernels.firstFreeByte,
    hasBfloat16,
    flipoutCost: { f32: { perExampleFrom: 16 }, bf16: hasBfloat16 ? ownBfloat16 : wasmKernels.flipoutCost.bf16 },
    create(memory): Kernels {
      const { kernels, exports: wasm } = wasmEngine(memory, { vectors });
      const native: Native = { session: new Session(library, memory, trial), wasm, hasVectors: vectors !== null };
      const prepared = new WeakMap<KernelCall, Prepared | null>();
      const prepare = (call: KernelCall): Prepared | null => {
        const known = prepared.get(call);
        if (known !== undefined) return known;
        const made = prepareOr(call, native);
        prepared.set(call, made);
        return made;
      };
      return {
        name: 'onednn',
        description: `onednn ${library.version}, ${library.instructions}; ${kernels.description}`,
        memory,
        scratchBytes: (call: KernelCall) => prepare(call)?.scratchBytes ?? kernels.scratchBytes(call),
        compile: (call: KernelCall, context: KernelContext) =>
          prepare(call)?.bind(context) ?? kernels.compile(call, context),
      };
    },
  };
}

/** null: the wasm kernels take the call, by choice or because oneDNN has nothing for it. */
function prepareOr(call: KernelCall, native: Native): Prepared | null {
  const prepare = overrides[call.operation];
  if (!prepare || factorType(call) === null) return null;
  if (staysWithWasm(call, native.session.library.instructions, native.hasVectors)) return null;
  try {
    return prepare(call, native);
  } catch (error) {
    if (error instanceof Unimplemented) return null;
    throw error;
  }
}
