/**
 * What the machine gives at best, measured in the same run as what is compared with it: on one core, the floating-point
 * rate of a plain SIMD micro-kernel in WebAssembly, and of a large matrix product by each engine; memory's bandwidth.
 */
import { chooseEngine } from '../../src/compose/index.ts';
import { engineNames } from '../../src/kernels/index.ts';
import { spread } from '../../src/machine/index.ts';
import { Graph } from '../../src/graph/index.ts';
import { Program } from '../../src/kernels/index.ts';
import { isAvailable } from '../../src/kernels/wasm/index.ts';
import { yardstick } from '../yardstick.ts';

export interface Limit {
  readonly name: string;
  readonly unit: 'GFLOP/s' | 'GB/s';
  readonly value: number;
}

export async function measureLimits(): Promise<Limit[]> {
  const build = isAvailable('relaxed') ? 'relaxed' : 'base';
  const tile = await yardstick(build);
  const limits: Limit[] = [
    { name: `plain 4x16 tile in WebAssembly, ${build} SIMD`, unit: 'GFLOP/s', value: best(tile.run, tile.flops) },
  ];
  for (const engine of engineNames.filter((name) => name !== 'reference')) {
    try {
      const product = await largeProduct(engine);
      limits.push({ name: `matrix product 1024^3, f32, engine ${engine}`, unit: 'GFLOP/s', value: product });
    } catch {
      // An engine that is not here has no limit; the rows that need it say why.
    }
  }
  const from = new Float32Array(64 * 2 ** 20).fill(1);
  const to = new Float32Array(from.length);
  // Read once, written once; a cache line that is written is read first where the copy does not go past the cache.
  limits.push({ name: 'copy of 256 MiB', unit: 'GB/s', value: best(() => to.set(from), 2 * from.byteLength) });
  return limits;
}

async function largeProduct(engine: (typeof engineNames)[number]): Promise<number> {
  const size = 1024;
  const graph = new Graph();
  const operand = (name: string) => graph.input(name, [size, size], 'f32');
  const [product] = graph.apply('matmul', [operand('a'), operand('b')], { transposeA: false, transposeB: false }, 'c');
  const factory = await chooseEngine(engine);
  const program = new Program(factory, { graph, outputs: [product!], layout: [], regions: {} });
  return best(() => program.run('slice'), 2 * size ** 3);
}

/** The best of 15 after three that warm up, in 1e9 per second: a limit is what nothing exceeds. */
function best(run: () => void, work: number): number {
  const rates = Array.from({ length: 18 }, () => {
    const started = performance.now();
    run();
    return work / ((performance.now() - started) * 1e6);
  });
  return spread(rates.slice(3)).max;
}
