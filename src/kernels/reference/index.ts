/**
 * The reference engine: plain TypeScript, slow and obvious, with sums in double. It is the truth that the other engines
 * are held to, and says what an operation means where graph/types.ts leaves a doubt.
 */
import { sizeOf } from '../../graph/index.ts';
import { type BufferView, type KernelCall, type KernelsFactory, control } from '../kernels.ts';
import type { Bind, Elements, Operand } from './binding.ts';
import { referenceTable } from './table.ts';

function elements(memory: WebAssembly.Memory, { offset, shape, dtype }: BufferView): Elements {
  const size = sizeOf(shape);
  switch (dtype) {
    case 'f32':
      return new Float32Array(memory.buffer, offset, size);
    case 'i32':
      return new Int32Array(memory.buffer, offset, size);
    case 'u8':
      return new Uint8Array(memory.buffer, offset, size);
  }
}

export const referenceKernels: KernelsFactory = {
  name: 'reference',
  firstFreeByte: 0,
  // per example always: what is simplest
  flipoutCost: { perExampleFrom: 1 },
  create(memory) {
    const operand = (view: BufferView): Operand => ({ shape: view.shape, data: elements(memory, view) });
    return {
      name: 'reference',
      description: 'reference, plain TypeScript, sums in double',
      memory,
      scratchBytes: () => 0,
      compile({ operation, attributes, inputs, outputs }: KernelCall, context) {
        const bind = referenceTable[operation] as Bind<typeof operation>;
        return bind(attributes, inputs.map(operand), outputs.map(operand), {
          integers: new Uint32Array(memory.buffer, context.control, control.bytes / 4),
          floats: new Float32Array(memory.buffer, context.control, control.bytes / 4),
        });
      },
    };
  },
};
