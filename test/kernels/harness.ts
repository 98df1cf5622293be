/** Runs one call on an engine between guard zones. */
import {
  type OperationName,
  type TensorType,
  align,
  bytesOf,
  fromBfloat16,
  inferTypes,
  toBfloat16,
} from '../../src/graph/index.ts';
import {
  type BufferView,
  type KernelCall,
  type Kernels,
  type KernelsFactory,
  control,
} from '../../src/kernels/index.ts';
import type { Case, ControlValues } from './case.ts';
import type { TestTensor } from './generate.ts';

const page = 65536;
const pages = 96;
/** Every byte that is nobody's: as floats NaN, so that what is read past an end, or never written, shows. */
const canary = 0xff;
/** What the second run finds in the place of it, another NaN: bits that follow from what nobody wrote differ. */
const otherCanary = 0x7f;
const guard = 64;
/** What is watched below the lowest buffer; above the highest one the memory ends. */
const margin = 16384;

export interface Ran {
  readonly outputs: readonly TestTensor[];
  /** rules that the engine broke, in words */
  readonly faults: readonly string[];
}

/** An engine on a memory of its own. */
export class Bench {
  readonly kernels: Kernels;
  readonly #bytes: Buffer;
  readonly #free: number;

  constructor(factory: KernelsFactory) {
    this.#free = align(factory.firstFreeByte);
    const initial = pages + Math.ceil(this.#free / page);
    const memory = new WebAssembly.Memory({ initial, maximum: initial, shared: true });
    this.kernels = factory.create(memory);
    this.#bytes = Buffer.from(memory.buffer as unknown as ArrayBuffer);
  }

  /**
   * Binds the call, then fills the inputs and the control block, then runs it twice. Buffers lie at the very end of the
   * memory, so that reading past the last one traps.
   * @param isOnce of an engine that is held to the rules elsewhere
   */
  run(tested: Case, isOnce = false): Ran {
    const { call, context, scratch } = this.#place(tested);
    const faults: string[] = [];
    // the control block lies lowest
    const start = Math.max(this.#free, context.control - margin);
    const watched = this.#bytes.subarray(start);
    const before = Buffer.alloc(watched.length, canary);
    watched.set(before);
    const runCall = this.kernels.compile(call, context);
    if (!before.equals(watched)) faults.push('compile wrote into memory');

    this.#fill(call, tested);
    this.#setControl(context.control, tested.control);
    before.set(watched);
    runCall();
    const first = call.outputs.map((view) => this.#read(view));
    const writable = [...call.outputs.map((view) => [view.offset, bytesOf(view)] as const), scratch];
    for (const [offset, bytes] of writable) {
      this.#bytes.copy(before, offset - start, offset, offset + bytes);
    }
    if (!before.equals(watched)) faults.push(this.#whatChanged(before, start, call, context.control));
    if (isOnce) return { outputs: first, faults };

    // what the first run left in outputs and scratch is nobody's in the second
    for (const [offset, bytes] of writable) this.#bytes.fill(otherCanary, offset, offset + bytes);
    this.#fill(call, tested);
    runCall();
    const second = call.outputs.map((view) => this.#read(view));
    if (!first.every((output, i) => sameBits(output, second[i]))) faults.push('a second run gives other bits');
    return { outputs: first, faults };
  }

  /** Offsets of everything, from the end of the memory backwards, guards between. */
  #place({ operation, attributes, inputs, inPlace, stored }: Case) {
    let end = this.#bytes.length;
    const reserve = (bytes: number): number => {
      const offset = end - align(Math.max(bytes, 1));
      end = offset - guard;
      if (offset < this.#free) throw new Error('the case is too large for the bench');
      return offset;
    };
    const view = ({ shape, dtype }: TensorType): BufferView => ({
      offset: reserve(bytesOf({ shape, dtype })),
      shape,
      dtype,
    });
    const inputViews = inputs.map(view);
    const types = inferTypes<OperationName>(operation, inputs, attributes).map(({ shape, dtype }, i) => ({
      shape,
      dtype: stored?.[i] ?? dtype,
    }));
    const outputs = types.map((type, i) => (inPlace ? inputViews[i] : view(type)));
    const call: KernelCall = { operation, attributes, inputs: inputViews, outputs };
    const scratchBytes = this.kernels.scratchBytes(call);
    const scratch = reserve(scratchBytes);
    return { call, context: { scratch, control: reserve(control.bytes) }, scratch: [scratch, scratchBytes] as const };
  }

  #fill(call: KernelCall, { inputs }: Case): void {
    for (const [i, { offset }] of call.inputs.entries()) {
      const { dtype, data: values } = inputs[i];
      const data = dtype === 'bf16' ? stored(values) : values;
      this.#bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    }
  }

  #setControl(offset: number, values: ControlValues): void {
    const seed = values.seed ?? 0;
    const integers = {
      seedLow: seed % 2 ** 32,
      seedHigh: Math.floor(seed / 2 ** 32),
      step: 0,
      replica: 0,
      firstExample: 0,
    };
    const floats = { stepSize: 0, likelihoodScale: 0, divergenceScale: 0 };
    for (const name of ['seedLow', 'seedHigh', 'step', 'replica', 'firstExample'] as const) {
      const value = name in values ? values[name as keyof ControlValues] : undefined;
      this.#bytes.writeUInt32LE(value ?? integers[name], offset + 4 * control[name]);
    }
    for (const name of ['stepSize', 'likelihoodScale', 'divergenceScale'] as const) {
      this.#bytes.writeFloatLE(values[name] ?? floats[name], offset + 4 * control[name]);
    }
  }

  #read({ offset, shape, dtype }: BufferView): TestTensor {
    const bytes = new Uint8Array(bytesOf({ shape, dtype }));
    this.#bytes.copy(bytes, 0, offset, offset + bytes.length);
    switch (dtype) {
      case 'f32':
        return { shape, dtype, data: new Float32Array(bytes.buffer) };
      case 'bf16':
        return { shape, dtype, data: widened(new Uint16Array(bytes.buffer)) };
      case 'i32':
        return { shape, dtype, data: new Int32Array(bytes.buffer) };
      case 'u8':
        return { shape, dtype, data: bytes };
    }
  }

  #whatChanged(before: Buffer, start: number, call: KernelCall, controlOffset: number): string {
    const after = this.#bytes.subarray(start);
    const at = start + before.findIndex((byte, i) => byte !== after[i]);
    const named = [
      ...call.inputs.map((view, i) => [`input ${i}`, view.offset, bytesOf(view)] as const),
      ...call.outputs.map((view, i) => [`output ${i}`, view.offset, bytesOf(view)] as const),
      ['the control block', controlOffset, control.bytes] as const,
    ];
    const inside = named.find(([, offset, bytes]) => at >= offset && at < offset + bytes);
    if (inside) return `${inside[0]} was changed at byte ${at - inside[1]}`;
    const nearest = named.toSorted((a, b) => Math.abs(a[1] - at) - Math.abs(b[1] - at))[0];
    return `a byte that belongs to nobody was changed, at ${at - nearest[1]} from the start of ${nearest[0]} (${nearest[2]} bytes)`;
  }
}

// what `from` does with a function, ten times as fast
function stored(values: ArrayLike<number>): Uint16Array {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < halves.length; i++) halves[i] = toBfloat16(values[i]!);
  return halves;
}

function widened(halves: Uint16Array): Float32Array {
  const values = new Float32Array(halves.length);
  for (let i = 0; i < values.length; i++) values[i] = fromBfloat16(halves[i]!);
  return values;
}

/** Of bfloat16 the widened ones: as many, and the same where they are the same. */
function sameBits(a: TestTensor, b: TestTensor): boolean {
  const bytes = ({ data }: TestTensor) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return bytes(a).equals(bytes(b));
}
