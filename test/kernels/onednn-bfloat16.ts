/**
 * The contract's bfloat16 cases on oneDNN's reference implementations, in the kernel layouts named on the command line:
 * `forward-or-input-gradient weight-gradient`. Started by onednn-bfloat16.test.ts; prints one JSON object.
 */
import koffi from 'koffi';
import type { KernelCall } from '../../src/kernels/index.ts';
import { loadOnednn, onednnKernels } from '../../src/kernels/onednn/index.ts';
import { referenceKernels } from '../../src/kernels/reference/index.ts';
import { inBfloat16 } from './bfloat16.ts';
import { describeCase } from './case.ts';
import { convolution } from './cases/convolution.ts';
import { linear } from './cases/linear.ts';
import { firstDifference } from './compare.ts';
import { Random } from './generate.ts';
import { Bench } from './harness.ts';

const library = await loadOnednn(process.env);

/** The number of a layout in this version. */
function tagOf(name: string): number {
  const nameOf = koffi.load(library.path).func('const char *dnnl_fmt_tag2str(int)') as (tag: number) => string;
  for (let tag = 0; tag < 2000; tag++) if (nameOf(tag) === name) return tag;
  throw new Error(`this oneDNN has no layout ${name}`);
}

const [kernels, gradients] = process.argv.slice(2).map(tagOf) as [number, number];
let executed = 0;
const { execute } = library.functions;
const counting = {
  ...library,
  functions: {
    ...library.functions,
    execute: (...operands: Parameters<typeof execute>) => (executed++, execute(...operands)),
  },
};
const bench = new Bench(onednnKernels(counting, { trial: { layoutOf: (type) => (type === 2 ? kernels : gradients) } }));
const truth = new Bench(referenceKernels);
const table = { ...linear, ...convolution };
const operations = ['matmul', 'dense', 'conv2d', 'conv2dBackward', 'flipoutConv2d', 'flipoutConv2dBackward'] as const;
const failures: string[] = [];
/** cases that oneDNN took, of how many */
const taken: Record<KernelCall['operation'], string> = {} as Record<KernelCall['operation'], string>;
for (const operation of operations) {
  const mix = new Random(`${operation} in bfloat16`);
  // shapes of all kinds, chosen and random
  const cases = table[operation]!(new Random(operation)).flatMap((tested, i) =>
    i % 10 === 0 ? inBfloat16(tested, mix) : [],
  );
  let byOnednn = 0;
  for (const tested of cases) {
    const expected = truth.run(tested).outputs;
    const before = executed;
    const { outputs, faults } = bench.run(tested);
    if (executed > before) byOnednn++;
    const expectations = tested.expect(expected);
    const wrong = outputs.map((output, i) => firstDifference(output, expected[i]!, expectations[i]!));
    for (const fault of [...faults, ...wrong]) if (fault !== null) failures.push(`${describeCase(tested)}: ${fault}`);
  }
  taken[operation] = `${byOnednn} of ${cases.length}`;
}
process.stdout.write(JSON.stringify({ failures, taken }));
