/**
 * The engines' contract (test/kernels/contract.test.ts) on many sets of random cases, others each time: every engine that
 * the machine has, in float32 and with operands in bfloat16. It prints its seed, and how to run it again with that.
 *
 * npx tsx scripts/contract-soak.ts [--rounds 20 --seed INTEGER --operations conv2dBackward,dense]
 */
import { parseArgs } from 'node:util';
import { casesOf, failures, operations } from '../test/kernels/contract.ts';
import { engines, loadEngine } from '../test/kernels/engines.ts';
import { Bench } from '../test/kernels/harness.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: `${Date.now() % 2 ** 31}` },
    operations: { type: 'string', default: operations.join(',') },
  },
});
const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
const wanted = operations.filter((name) => values.operations.split(',').includes(name));
const again = (operation: string) =>
  `npx tsx scripts/contract-soak.ts --seed ${seed} --rounds ${rounds} --operations ${operation}`;

const benches: { readonly name: string; readonly bench: Bench }[] = [];
for (const engine of engines) {
  const { title, skipped, create } = await loadEngine(engine);
  if (skipped) console.log(`contract: ${title}`);
  else benches.push({ name: title, bench: new Bench(create()) });
}
const described = benches.map(({ bench }) => bench.kernels.description).join('; ');
console.log(`contract: seed ${seed}, ${rounds} rounds of ${wanted.length} operations on ${described}`);

let cases = 0;
const wrong = new Map<string, string[]>();
for (let round = 0; round < rounds; round++) {
  for (const operation of wanted) {
    const prepared = casesOf(operation, round, seed);
    cases += prepared.length;
    for (const { name, bench } of benches) {
      const found = prepared.flatMap((tested) => failures(bench, tested));
      if (found.length === 0) continue;
      console.error(`round ${round}, ${name}: ${found.join('\n  ')}\n  again: ${again(operation)}`);
      wrong.set(operation, [...(wrong.get(operation) ?? []), ...found]);
    }
  }
}
if (wrong.size > 0) throw new Error(`contract, seed ${seed}: broken by ${[...wrong.keys()].join(', ')}`);
console.log(`contract: ${cases} cases on ${benches.length} engines, as the reference engine has them`);
