/**
 * oneDNN whose own scratch is NaN before each execution. By itself it keeps scratch from one primitive to the next, which
 * holds numbers of the call before: what a kernel reads and nobody wrote looks like a result, another one each time.
 */
import type { OnednnFunctions } from '../../src/kernels/onednn/functions.ts';
import type { OnednnLibrary } from '../../src/kernels/onednn/library.ts';

/** dnnl_scratchpad_mode_user, dnnl_query_scratchpad_md, DNNL_ARG_SCRATCHPAD of dnnl_types.h */
const [ofCaller, scratchDescriptor, scratchOperand] = [1, 136, 80];
const operandBytes = 16;

interface Scratch {
  readonly bytes: Uint8Array;
  readonly memory: number;
}

/** The same library, which asks for its scratch and is given one full of NaN. */
export async function poisoned(library: OnednnLibrary): Promise<OnednnLibrary> {
  const { default: koffi } = await import('koffi');
  const { functions } = library;
  const handle = koffi.load(library.path);
  const attributesCreate = handle.func('dnnl_primitive_attr_create', 'int', ['uintptr_t']) as (out: number) => number;
  const setMode = handle.func('dnnl_primitive_attr_set_scratchpad_mode', 'int', ['uintptr_t', 'int']) as (
    attributes: number,
    mode: number,
  ) => number;
  const result = new BigUint64Array(1);
  const out = library.addressOf(new Uint8Array(result.buffer));
  const made = (status: number): number => {
    if (status !== 0) throw new Error(`oneDNN refused the tests' scratch, status ${status}`);
    return Number(result[0]);
  };
  const attributes = made(attributesCreate(out));
  made(setMode(attributes, ofCaller));

  let engine = 0;
  const scratches = new Map<number, Scratch>();
  /** operands by the address of the engine's own, and by the primitive */
  const withScratch = new Map<string, Uint8Array>();
  // attributes come last in each of these
  const describing =
    (describe: (...operands: number[]) => number) =>
    (...operands: number[]) =>
      describe(...operands.slice(0, -1), attributes);

  const changed: Partial<OnednnFunctions> = {
    convolutionForward: describing(functions.convolutionForward),
    convolutionBackwardData: describing(functions.convolutionBackwardData),
    convolutionBackwardWeights: describing(functions.convolutionBackwardWeights),
    matmul: describing(functions.matmul),
    memoryCreate(to, descriptor, of, address) {
      engine = of;
      return functions.memoryCreate(to, descriptor, of, address);
    },
    primitiveCreate(to, description) {
      const status = functions.primitiveCreate(to, description);
      const descriptor = functions.primitiveDescriptor(description, scratchDescriptor, 0);
      const size = descriptor === 0 ? 0 : functions.descriptorSize(descriptor);
      if (status !== 0 || size === 0) return status;
      // oneDNN asks for lines of the cache
      const whole = new Uint8Array(size + 64);
      const begin = (64 - (library.addressOf(whole) % 64)) % 64;
      const bytes = whole.subarray(begin, begin + size);
      const memory = made(functions.memoryCreate(out, descriptor, engine, library.addressOf(whole) + begin));
      scratches.set(library.numbersAt(to, 1)[0]!, { bytes, memory });
      return status;
    },
    primitiveDestroy(primitive) {
      const scratch = scratches.get(primitive);
      scratches.delete(primitive);
      for (const key of withScratch.keys()) if (key.startsWith(`${primitive} `)) withScratch.delete(key);
      if (scratch) functions.memoryDestroy(scratch.memory);
      return functions.primitiveDestroy(primitive);
    },
    execute(primitive, stream, count, operands) {
      const scratch = scratches.get(primitive);
      if (!scratch) return functions.execute(primitive, stream, count, operands);
      scratch.bytes.fill(0xff);
      const key = `${primitive} ${operands}`;
      let block = withScratch.get(key);
      if (!block) {
        block = new Uint8Array((count + 1) * operandBytes);
        block.set(Uint8Array.from(koffi.decode(operands, 'uint8_t', count * operandBytes) as ArrayLike<number>));
        const view = new DataView(block.buffer);
        view.setInt32(count * operandBytes, scratchOperand, true);
        view.setBigUint64(count * operandBytes + 8, BigInt(scratch.memory), true);
        withScratch.set(key, block);
      }
      return functions.execute(primitive, stream, count + 1, library.addressOf(block));
    },
  };
  return { ...library, functions: { ...functions, ...changed } };
}
