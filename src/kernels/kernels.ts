/**
 * The narrow interface of an engine. An engine turns the calls of a plan, one by one, into functions without arguments
 * that work on one memory; a training step is nothing but a list of such functions.
 */
import { isObject } from '../errors/index.ts';
import type { DataType, FlipoutCost, OperationName, Operations, RealType, Shape } from '../graph/index.ts';

/** A tensor's place: `offset` in bytes from the start of the memory, a multiple of 64. */
export interface BufferView {
  readonly offset: number;
  readonly shape: Shape;
  readonly dtype: DataType;
}

export interface KernelCall<O extends OperationName = OperationName> {
  readonly operation: O;
  readonly attributes: Operations[O];
  readonly inputs: readonly BufferView[];
  readonly outputs: readonly BufferView[];
}

/** What is common to all calls of a plan. */
export interface KernelContext {
  /** byte offset of the control block */
  readonly control: number;
  /** byte offset of the scratch space, as large as the largest `scratchBytes` of the plan's calls */
  readonly scratch: number;
}

/** Names of the engines; where they come from: cli/engine.ts. */
export const engineNames = ['wasm', 'onednn', 'reference'] as const;

export type EngineName = (typeof engineNames)[number];

/** An engine bound to one memory. */
export interface Kernels {
  readonly name: EngineName;
  /** for people: which build runs, on what (`wasm, 128-bit SIMD, relaxed`) */
  readonly description: string;
  readonly memory: WebAssembly.Memory;
  /** bytes of scratch that the call needs while it runs; its contents do not outlive the call */
  scratchBytes(call: KernelCall): number;
  /** binds the call; the function that comes back allocates nothing and may be run any number of times */
  compile(call: KernelCall, context: KernelContext): () => void;
}

/**
 * Creates an engine over a memory, shared or not, which may grow until calls are compiled. Bytes below `firstFreeByte`
 * belong to the engine.
 */
export interface KernelsFactory {
  readonly name: Kernels['name'];
  readonly firstFreeByte: number;
  /** whether convolutions and products of bfloat16 are computed as such here, and not converted to float32 first */
  readonly hasBfloat16: boolean;
  /** what the cost model has to know, measured by `npm run bench` */
  readonly flipoutCost: Readonly<Record<RealType, FlipoutCost>>;
  create(memory: WebAssembly.Memory): Kernels;
}

/** Whether it is an engine, as far as can be seen from outside. */
export function isKernelsFactory(value: unknown): value is KernelsFactory {
  return isObject(value) && typeof value.create === 'function' && isObject(value.flipoutCost);
}

/**
 * Control block: indices of 32-bit words in two cache lines. What changes from step to step stands in the first and
 * nowhere else; the second holds what a call on whole regions answers.
 */
export const control = {
  bytes: 128,
  /** unsigned integers */
  seedLow: 0,
  seedHigh: 1,
  step: 2,
  replica: 3,
  firstExample: 4,
  /** floats */
  stepSize: 8,
  likelihoodScale: 9,
  divergenceScale: 10,
  /** result of countNonFinite */
  nonFinite: 16,
} as const;
