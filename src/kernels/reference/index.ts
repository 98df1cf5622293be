/**
 * The reference engine: plain TypeScript, slow and obvious, with sums in double. It is the truth that the other engines
 * are held to, and says what an operation means where graph/types.ts leaves a doubt.
 */
import { type BufferView, type KernelCall, type KernelsFactory, control } from '../kernels.ts';
import { open } from './bfloat16.ts';
import type { Bind } from './binding.ts';
import { referenceTable } from './table.ts';

export const referenceKernels: KernelsFactory = {
  name: 'reference',
  firstFreeByte: 0,
  hasBfloat16: false,
  // per example always: what is simplest
  flipoutCost: { f32: { perExampleFrom: 1 }, bf16: { perExampleFrom: 1 } },
  create(memory) {
    const opened = (view: BufferView) => open(memory, view);
    return {
      name: 'reference',
      description: 'reference, plain TypeScript, sums in double',
      memory,
      scratchBytes: () => 0,
      compile({ operation, attributes, inputs, outputs }: KernelCall, context) {
        const bind = referenceTable[operation] as Bind<typeof operation>;
        const [operands, results] = [inputs.map(opened), outputs.map(opened)];
        const run = bind(attributes, operands, results, {
          integers: new Uint32Array(memory.buffer, context.control, control.bytes / 4),
          floats: new Float32Array(memory.buffer, context.control, control.bytes / 4),
        });
        const loads = operands.flatMap(({ load }) => load ?? []);
        const stores = results.flatMap(({ store }) => store ?? []);
        if (loads.length + stores.length === 0) return run;
        return () => {
          for (const load of loads) load();
          run();
          for (const store of stores) store();
        };
      },
    };
  },
};
