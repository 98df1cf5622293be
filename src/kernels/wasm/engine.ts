import type { OperationName } from '../../graph/index.ts';
import type { KernelCall, KernelContext, Kernels, KernelsFactory } from '../kernels.ts';
import type { Binding, Bindings } from './bindings/binding.ts';
import { convolution } from './bindings/convolution.ts';
import { elementwise } from './bindings/elementwise.ts';
import { gather } from './bindings/gather.ts';
import { likelihood } from './bindings/likelihood.ts';
import { linear } from './bindings/linear.ts';
import { noise } from './bindings/noise.ts';
import { pooling } from './bindings/pooling.ts';
import { prediction } from './bindings/prediction.ts';
import { withStaging } from './bindings/staging.ts';
import { structure } from './bindings/structure.ts';
import { update } from './bindings/update.ts';
import type { WasmExports } from './exports.ts';
import { type Build, instantiate, isAvailable } from './module.ts';

const bindings: Bindings<OperationName> = {
  ...noise,
  ...elementwise,
  ...structure,
  ...gather,
  ...linear,
  ...convolution,
  ...pooling,
  ...likelihood,
  ...prediction,
  ...update,
};

const descriptions: Readonly<Record<Build, string>> = {
  base: 'wasm, 128-bit SIMD',
  relaxed: 'wasm, 128-bit SIMD, relaxed',
};

/** Other code for some of the module's functions, of the same signatures and for the same memory. */
export interface Vectors {
  /** for people: `native v4` */
  readonly description: string;
  over(wasm: WasmExports, memory: WebAssembly.Memory): WasmExports;
}

interface WasmEngineOptions {
  readonly build?: Build;
  readonly vectors?: Vectors | null;
}

/** The engine on a memory, and the module's own functions for an engine that builds on it. */
export function wasmEngine(
  memory: WebAssembly.Memory,
  { build = best(), vectors = null }: WasmEngineOptions = {},
): { kernels: Kernels; exports: WasmExports } {
  const module = instantiate(build, memory);
  const wasm = vectors?.over(module, memory) ?? module;
  const bindingOf = (call: KernelCall) => withStaging(bindings[call.operation] as Binding<OperationName>);
  const kernels: Kernels = {
    name: 'wasm',
    description: vectors ? `${descriptions[build]}; ${vectors.description}` : descriptions[build],
    memory,
    scratchBytes: (call: KernelCall) => bindingOf(call).scratch?.(call, wasm) ?? 0,
    compile: (call: KernelCall, context: KernelContext) => bindingOf(call).bind(call, wasm, context),
  };
  return { kernels, exports: wasm };
}

function best(): Build {
  return isAvailable('relaxed') ? 'relaxed' : 'base';
}

function factory(options: () => WasmEngineOptions): KernelsFactory {
  return {
    name: 'wasm',
    // the module's own tables lie below; offset 0 means an operand that is not there
    firstFreeByte: 4096,
    // WebAssembly has no instruction for it
    hasBfloat16: false,
    // measured from 1x1 maps on, batch 32: the two convolutions never win (0.5 to 1.0 of their time)
    flipoutCost: { f32: { perExampleFrom: 1 }, bf16: { perExampleFrom: 1 } },
    create: (memory) => wasmEngine(memory, options()).kernels,
  };
}

/** The embedded engine: AssemblyScript with 128-bit SIMD, with fused multiply-add where the machine has relaxed SIMD. */
export const wasmKernels: KernelsFactory = factory(() => ({}));

/** The same with some kernels from elsewhere. */
export function wasmKernelsWith(vectors: Vectors | null): KernelsFactory {
  return factory(() => ({ vectors }));
}

/** One build alone, for tests and benchmarks that compare the two. */
export const wasmBuilds: Readonly<Record<Build, KernelsFactory>> = {
  base: factory(() => ({ build: 'base' })),
  relaxed: factory(() => ({ build: 'relaxed' })),
};
