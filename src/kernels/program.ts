import { GraphError, UnavailableError } from '../errors/index.ts';
import {
  type Graph,
  type Nesting,
  type OperationName,
  type Operations,
  type Stage,
  type Tensor,
  align,
  bytesOf,
  formatShape,
  fromBfloat16,
  plan,
  sizeOf,
  stageNames,
} from '../graph/index.ts';
import { type BufferView, type KernelCall, type Kernels, type KernelsFactory, control } from './kernels.ts';
import { canShare } from './memory.ts';

/** A list of tensors side by side in memory, in one layout, so that one call can work on all of them. */
export type RegionName = string;

export interface ProgramRequest {
  readonly graph: Graph;
  /** tensors that the caller reads after a stage has run */
  readonly outputs: readonly Tensor[];
  /** the same for the stage `figures`, which need not run: see PlanRequest */
  readonly occasional?: readonly Tensor[];
  /** shapes of the layout that all regions share: those of the parameters, in their order */
  readonly layout: readonly Tensor[];
  /**
   * Regions by name; each holds one tensor of the graph per place of the layout, or null where none is computed there
   * (that part stays zero).
   */
  readonly regions: Readonly<Record<RegionName, readonly (Tensor | null)[]>>;
  /** the loops that the caller runs the stages in: those of training unless given */
  readonly nesting?: Nesting;
}

/** Where the bytes of a program go. */
export interface ProgramMemory {
  /** values that live within a step, shared by lifetime */
  readonly arena: number;
  /** what the same values would take without sharing */
  readonly arenaUnshared: number;
  readonly regions: number;
  readonly scratch: number;
  readonly total: number;
}

/** Elements of a region from `begin` up to `end`. */
export interface ElementRange {
  readonly begin: number;
  readonly end: number;
}

const page = 65536;

interface BoundCall {
  readonly run: () => void;
  readonly outputs: readonly Tensor[];
}

/**
 * A planned graph bound to an engine and a memory: a list of calls for each stage, which allocate nothing and decide
 * nothing. Everything that changes from step to step is written into the inputs and the control block before they run.
 */
export class Program {
  readonly kernels: Kernels;
  readonly memory: ProgramMemory;
  readonly control: { readonly integers: Uint32Array; readonly floats: Float32Array };
  /** elements of a region, padding included */
  readonly regionSize: number;
  readonly #offsets: ReadonlyMap<Tensor, number>;
  readonly #regions: ReadonlyMap<RegionName, number>;
  readonly #layout: ReadonlyMap<Tensor, number>;
  readonly #calls: Readonly<Record<Stage, readonly BoundCall[]>>;
  readonly #runs: Record<Stage, (() => void)[]>;
  readonly #context: { control: number; scratch: number };

  constructor(factory: KernelsFactory, { graph, outputs, occasional, layout, regions, nesting }: ProgramRequest) {
    const controlOffset = align(factory.firstFreeByte);
    const places = new Map<Tensor, number>();
    let regionBytes = 0;
    for (const tensor of layout) {
      places.set(tensor, regionBytes);
      regionBytes += align(bytesOf(tensor));
    }
    let next = align(controlOffset + control.bytes);
    const regionOffsets = new Map<RegionName, number>();
    const placed = new Map<Tensor, number>();
    for (const [name, tensors] of Object.entries(regions)) {
      regionOffsets.set(name, next);
      for (const [i, tensor] of tensors.entries()) if (tensor) placed.set(tensor, next + places.get(layout[i]!)!);
      next += regionBytes;
    }
    const planned = plan({ graph, outputs, occasional, placed, base: next, nesting });
    this.#offsets = planned.offsets;
    this.#regions = regionOffsets;
    this.#layout = places;
    this.regionSize = regionBytes / 4;

    const initial = pagesOf(planned.end);
    const memory = orNoMemory(
      planned.end,
      () => new WebAssembly.Memory({ initial, maximum: page, shared: canShare() }),
    );
    this.kernels = factory.create(memory);
    const calls = stageNames.map((stage) => planned.stages[stage].map((node) => ({ node, call: this.#callOf(node) })));
    const update = Math.max(0, ...calls.flat().map(({ call }) => this.kernels.scratchBytes(call)));
    const scratch = align(planned.end);
    const end = scratch + align(update);
    const missing = pagesOf(end) - memory.buffer.byteLength / page;
    if (missing > 0) orNoMemory(end, () => memory.grow(missing));
    this.#context = { control: controlOffset, scratch };

    this.control = {
      integers: new Uint32Array(memory.buffer, controlOffset, control.bytes / 4),
      floats: new Float32Array(memory.buffer, controlOffset, control.bytes / 4),
    };
    for (const tensor of planned.constants) this.floats(tensor).set(graph.constantValues(tensor));
    this.#calls = Object.fromEntries(
      stageNames.map((stage, i) => [
        stage,
        calls[i]!.map(({ node, call }) => ({
          run: this.kernels.compile(call, this.#context),
          outputs: node.outputs,
        })),
      ]),
    ) as Record<Stage, BoundCall[]>;
    this.#runs = Object.fromEntries(
      stageNames.map((stage) => [stage, this.#calls[stage].map(({ run }) => run)]),
    ) as Record<Stage, (() => void)[]>;
    this.memory = {
      arena: planned.end - next,
      arenaUnshared: planned.placements.reduce((sum, { bytes }) => sum + bytes, 0),
      regions: regionBytes * regionOffsets.size,
      scratch: end - scratch,
      total: memory.buffer.byteLength,
    };
  }

  /** Sets the seed of all noise: a non-negative safe integer, in two words of the control block. */
  setSeed(seed: number): void {
    const { integers } = this.control;
    integers[control.seedLow] = seed % 2 ** 32;
    integers[control.seedHigh] = Math.floor(seed / 2 ** 32);
  }

  /** Runs the calls of a stage, in order: all, or those from `begin` up to `end`. */
  run(stage: Stage, begin = 0, end = this.#runs[stage].length): void {
    const calls = this.#runs[stage];
    for (let i = begin; i < end; i++) calls[i]!();
  }

  /** How many calls a stage has. */
  length(stage: Stage): number {
    return this.#runs[stage].length;
  }

  /** After how many calls of a stage a tensor has its value; 0 for one that no call of this stage writes. */
  writtenAfter(stage: Stage, tensor: Tensor): number {
    const offset = this.#offsetOf(tensor);
    return (
      1 + this.#calls[stage].findLastIndex(({ outputs }) => outputs.some((one) => this.#offsets.get(one) === offset))
    );
  }

  /**
   * A float32 tensor's elements in the engine's memory.
   * @throws Error for another type: `reals` reads those
   */
  floats(tensor: Tensor): Float32Array {
    if (tensor.dtype !== 'f32') throw new Error(`${tensor.name} is kept as ${tensor.dtype}, not as float32`);
    return new Float32Array(this.kernels.memory.buffer, this.#offsetOf(tensor), sizeOf(tensor.shape));
  }

  /** The elements of a real tensor as they are now: a copy where they are bfloat16. */
  reals(tensor: Tensor): Float32Array {
    if (tensor.dtype !== 'bf16') return this.floats(tensor);
    const bits = new Uint16Array(this.kernels.memory.buffer, this.#offsetOf(tensor), sizeOf(tensor.shape));
    return Float32Array.from(bits, fromBfloat16);
  }

  integers(tensor: Tensor): Int32Array {
    return new Int32Array(this.kernels.memory.buffer, this.#offsetOf(tensor), sizeOf(tensor.shape));
  }

  bytes(tensor: Tensor): Uint8Array {
    return new Uint8Array(this.kernels.memory.buffer, this.#offsetOf(tensor), sizeOf(tensor.shape));
  }

  /** A whole region, padding included. */
  region(name: RegionName): Float32Array {
    return new Float32Array(this.kernels.memory.buffer, this.#regions.get(name)!, this.regionSize);
  }

  /** The part of a region that belongs to one tensor of the layout. */
  regionPart(name: RegionName, tensor: Tensor): Float32Array {
    const offset = this.#regions.get(name)! + this.#layout.get(tensor)!;
    return new Float32Array(this.kernels.memory.buffer, offset, sizeOf(tensor.shape));
  }

  /** The elements of a region that belong to one tensor of the layout, padding behind it included. */
  rangeOf(tensor: Tensor): ElementRange {
    const begin = this.#layout.get(tensor)!;
    return { begin: begin / 4, end: (begin + align(bytesOf(tensor))) / 4 };
  }

  /**
   * Binds a call on whole regions: the optimiser, the sum of gradients, the finite check. An output may also be a word
   * of the control block, by its index.
   * @param range the elements of each region that the call works on, in whole cache lines; all unless given
   */
  bindRegions<O extends OperationName>(
    operation: O,
    inputs: readonly RegionName[],
    outputs: readonly (RegionName | number)[],
    attributes: Operations[O],
    { begin, end }: ElementRange = { begin: 0, end: this.regionSize },
  ): () => void {
    const view = (place: RegionName | number): BufferView =>
      typeof place === 'string'
        ? { offset: this.#regions.get(place)! + 4 * begin, shape: [end - begin], dtype: 'f32' }
        : { offset: this.#context.control + 4 * place, shape: [1], dtype: 'f32' };
    const call = { operation, attributes, inputs: inputs.map(view), outputs: outputs.map(view) };
    if (this.kernels.scratchBytes(call) > this.memory.scratch) {
      throw new Error(`${operation} on regions needs more scratch than the program's nodes: reserve it`);
    }
    return this.kernels.compile(call, this.#context);
  }

  /**
   * Runs the stages once more, call by call, and looks at every result: since noise is a function of the control block,
   * the same numbers come again.
   * @returns the first tensor of reals with a NaN or an infinity
   */
  findNonFinite(stages: readonly Stage[]): { name: string; shape: string } | null {
    for (const stage of stages) {
      for (const { run, outputs } of this.#calls[stage]) {
        run();
        for (const tensor of outputs) {
          if (tensor.dtype === 'u8' || tensor.dtype === 'i32' || this.reals(tensor).every(Number.isFinite)) {
            continue;
          }
          return { name: tensor.name, shape: formatShape(tensor.shape) };
        }
      }
    }
    return null;
  }

  #offsetOf(tensor: Tensor): number {
    const offset = this.#offsets.get(tensor);
    if (offset === undefined) throw new Error(`${tensor.name} is not part of this program`);
    return offset;
  }

  #viewOf(tensor: Tensor): BufferView {
    return { offset: this.#offsetOf(tensor), shape: tensor.shape, dtype: tensor.dtype };
  }

  #callOf({ operation, attributes, inputs, outputs }: Graph['nodes'][number]): KernelCall {
    return {
      operation,
      attributes,
      inputs: inputs.map((tensor) => this.#viewOf(tensor)),
      outputs: outputs.map((tensor) => this.#viewOf(tensor)),
    };
  }
}

/** @throws GraphError beyond the 2^16 pages of a WebAssembly memory */
function pagesOf(bytes: number): number {
  if (bytes <= page * page) return Math.ceil(bytes / page);
  throw new GraphError('the network needs too much memory at this batch size', {
    got: `${megabytes(bytes)} MB`,
    expected: `at most ${megabytes(page * page)} MB`,
    remedy: 'Use a smaller batch, or cut it into more slices',
  });
}

/** @throws UnavailableError where the machine does not give so much */
function orNoMemory<T>(bytes: number, allocate: () => T): T {
  try {
    return allocate();
  } catch (cause) {
    throw new UnavailableError(`this machine does not give ${megabytes(bytes)} MB of memory`, {
      remedy: 'Use a smaller batch, or cut it into more slices',
      cause,
    });
  }
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6);
}
