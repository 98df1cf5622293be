import { type OnednnFunctions, onednn } from './functions.ts';
import type { OnednnLibrary } from './library.ts';

/** A primitive that this oneDNN has no implementation for, or only a slow one: the caller takes another way. */
export class Unimplemented extends Error {}

/** A handle of the library's, or an address: a pointer as a number. */
export type Handle = number;

/**
 * oneDNN's own sgemm points the stack register into a block of the heap while it computes (jit_avx_gemm_f32.cpp): a
 * signal's frame would be written in front of that block. A profiler, Ctrl-C and SIGUSR2 are such signals.
 */
export function isBrokenBySignals(implementation: string): boolean {
  return implementation.includes('gemm:jit');
}

/**
 * For tests, what this processor has no fast implementation for: oneDNN's reference implementations are taken too, with
 * kernels in a layout of the test's choice.
 */
export interface ReferenceTrial {
  /** a dnnl_format_tag_t for kernels of a type */
  layoutOf(type: number): number;
}

/** Handles in the order in which they were made; destroyed in the reverse of it. */
class Handles {
  readonly #destroyers: (() => void)[] = [];

  add(destroy: () => void): void {
    this.#destroyers.push(destroy);
  }

  destroy(): void {
    for (let destroy = this.#destroyers.pop(); destroy; destroy = this.#destroyers.pop()) destroy();
  }
}

// Primitives have to go before their engine, and the engine before the process: at the thread's exit at the latest.
const alive = new Set<Handles>();
const collected = new FinalizationRegistry<Handles>((handles) => {
  alive.delete(handles);
  handles.destroy();
});
let watchesExit = false;

function destroyAtExit(): void {
  if (watchesExit) return;
  watchesExit = true;
  process.once('exit', () => {
    for (const handles of alive) handles.destroy();
    alive.clear();
  });
}

// What passes through pointers: one slot for results, the others for extents, twelve 64-bit numbers each.
const slotBytes = 96;
const slots = 21;

/** oneDNN's engine and stream over one memory, and everything that is made on them. Whoever holds it keeps both alive. */
export class Session {
  readonly library: OnednnLibrary;
  readonly engine: Handle;
  readonly stream: Handle;
  readonly functions: OnednnFunctions;
  readonly #trial: ReferenceTrial | null;
  readonly #memory: WebAssembly.Memory;
  /** address of the memory's first byte, and the buffer that begins there */
  #base = 0;
  #placed: ArrayBufferLike | null = null;
  readonly #handles = new Handles();
  readonly #kept: ArrayBuffer[] = [];
  readonly #staging = new ArrayBuffer(slots * slotBytes);
  readonly #stagingAddress: number;
  readonly #result = new BigUint64Array(this.#staging, 0, 1);
  #slot = 0;

  constructor(library: OnednnLibrary, memory: WebAssembly.Memory, trial: ReferenceTrial | null = null) {
    this.library = library;
    this.#trial = trial;
    this.functions = library.functions;
    this.#memory = memory;
    this.#stagingAddress = library.addressOf(new Uint8Array(this.#staging));
    collected.register(this, this.#handles);
    alive.add(this.#handles);
    destroyAtExit();
    const { engineCreate, engineDestroy, streamCreate, streamDestroy } = this.functions;
    this.engine = this.#create((out) => engineCreate(out, onednn.cpu, 0), engineDestroy, 'engine');
    this.stream = this.#create((out) => streamCreate(out, this.engine, onednn.streamInOrder), streamDestroy, 'stream');
  }

  get memory(): WebAssembly.Memory {
    return this.#memory;
  }

  /** Extents, strides or paddings, where the library can read them until nineteen others were asked for. */
  numbers(values: readonly number[]): Handle {
    this.#slot = (this.#slot % (slots - 1)) + 1;
    const offset = this.#slot * slotBytes;
    const target = new BigInt64Array(this.#staging, offset, slotBytes / 8);
    for (const [i, value] of values.entries()) target[i] = BigInt(value);
    return this.#stagingAddress + offset;
  }

  /** Describes a tensor: strides in elements, or none, which leaves the layout to the primitive. */
  descriptor(extents: readonly number[], strides: readonly number[] | null, type: number = onednn.f32): Handle {
    const { descriptorWithStrides, descriptorWithTag, descriptorDestroy } = this.functions;
    const [rank, at] = [extents.length, this.numbers(extents)];
    return this.#create(
      (out) =>
        strides
          ? descriptorWithStrides(out, rank, at, type, this.numbers(strides))
          : descriptorWithTag(out, rank, at, type, this.#trial?.layoutOf(type) ?? onednn.layoutAny),
      descriptorDestroy,
      'memory descriptor',
    );
  }

  /** @throws Unimplemented where there is nothing, or only the library's reference implementation */
  description(describe: (out: Handle) => number, what: string): Handle {
    const description = this.#create(describe, this.functions.primitiveDescriptionDestroy, what);
    const implementation = this.implementationOf(description);
    if (!this.#trial && implementation.startsWith('ref')) throw new Unimplemented(`${what}: only as a reference`);
    if (isBrokenBySignals(implementation) && !this.library.signals) throw new Unimplemented(`${what}: not safe here`);
    return description;
  }

  /** such as `jit:avx2` */
  implementationOf(description: Handle): string {
    const { primitiveQuery } = this.functions;
    primitiveQuery(description, onednn.query.implementation, 0, this.#stagingAddress);
    return this.library.textAt(Number(this.#result[0]));
  }

  /** @throws Unimplemented */
  primitive(description: Handle): Handle {
    const { primitiveCreate, primitiveDestroy } = this.functions;
    return this.#create((out) => primitiveCreate(out, description), primitiveDestroy, 'primitive');
  }

  /** A tensor of the memory, `offset` bytes from its start. */
  tensor(descriptor: Handle, offset: number): Handle {
    const { memoryCreate, memoryDestroy } = this.functions;
    const address = this.#start() + offset;
    return this.#create((out) => memoryCreate(out, descriptor, this.engine, address), memoryDestroy, 'memory');
  }

  /** A shared memory grows in place, another may move: then it has a new buffer. */
  #start(): number {
    const { buffer } = this.#memory;
    if (buffer !== this.#placed) {
      this.#base = this.library.addressOf(new Uint8Array(buffer, 0, 1));
      this.#placed = buffer;
    }
    return this.#base;
  }

  /** What a descriptor says of itself: a number. */
  queryInteger(descriptor: Handle, what: number): number {
    this.functions.descriptorQuery(descriptor, what, this.#stagingAddress);
    return new Int32Array(this.#staging, 0, 1)[0]!;
  }

  /** What a descriptor says of itself: a list. */
  queryNumbers(descriptor: Handle, what: number, count: number): number[] {
    if (count === 0) return [];
    this.functions.descriptorQuery(descriptor, what, this.#stagingAddress);
    return this.library.numbersAt(Number(this.#result[0]), count);
  }

  /** The operands of an execution: lists of (number of the operand, memory), 16 bytes each, one list after the other. */
  operands(lists: readonly (readonly (readonly [operand: number, memory: Handle])[])[]): Handle[] {
    const count = lists[0]!.length;
    const block = new ArrayBuffer(Math.max(lists.length * count * 16, 128));
    this.#kept.push(block);
    const view = new DataView(block);
    const address = this.library.addressOf(new Uint8Array(block));
    return lists.map((list, i) => {
      for (const [j, [operand, memory]] of list.entries()) {
        view.setInt32((i * count + j) * 16, operand, true);
        view.setBigUint64((i * count + j) * 16 + 8, BigInt(memory), true);
      }
      return address + i * count * 16;
    });
  }

  #create(make: (out: Handle) => number, destroy: (handle: Handle) => number, what: string): Handle {
    const status = make(this.#stagingAddress);
    if (status !== 0) throw new Unimplemented(`oneDNN: ${what} not made, status ${status}`);
    const handle = Number(this.#result[0]);
    this.#handles.add(() => destroy(handle));
    return handle;
  }
}
