/**
 * Steps of a small flipout convolution on oneDNN under forced garbage collection, in this thread and in a worker, while
 * engines come and go: `node --expose-gc onednn-soak.mjs STEPS`. Whatever the engine should have kept alive
 * and has not, crashes the process; so does what it has not destroyed before the exit.
 */
import { Worker, isMainThread, workerData } from 'node:worker_threads';
import { Graph, differentiate, fuse } from '../../src/graph/index.ts';
import { Program } from '../../src/kernels/index.ts';
import { loadOnednn, onednnKernels } from '../../src/kernels/onednn/index.ts';

const steps = isMainThread ? Number(process.argv[2]) : (workerData as number);

/** Two convolutions with everything behind them, and their gradients. */
function build(): { graph: Graph; outputs: Graph['nodes'][number]['outputs'] } {
  const graph = new Graph();
  const window = { window: [2, 2], strides: [2, 2], padding: 'SAME' } as const;
  const plain = {
    strides: [1, 1],
    dilations: [1, 1],
    padding: 'SAME',
    bias: false,
    activation: 'none',
    pool: null,
  } as const;
  const constant = (name: string, shape: number[]) => {
    const count = shape.reduce((product, extent) => product * extent, 1);
    return graph.constant(
      name,
      shape,
      Float32Array.from({ length: count }, (_, i) => Math.sin(i)),
    );
  };
  const signs = (layer: number, features: number) =>
    graph.apply('signNoise', [], { purpose: 3, layer, examples: 2, features })[0]!;
  const convolve = (x: Parameters<typeof differentiate>[1], layer: number, inputs: number, outputs: number) => {
    const shape = [3, 3, inputs, outputs];
    const kernel = graph.parameter(`mean${layer}`, shape);
    const operands = [x, kernel, constant(`perturbation${layer}`, shape), signs(layer, inputs), signs(layer, outputs)];
    const map = graph.apply('flipoutConv2d', operands, plain)[0]!;
    return { kernel, y: graph.apply('maxPool2d', [graph.apply('relu', [map], {})[0]!], window)[0]! };
  };
  const product = (x: Parameters<typeof differentiate>[1]) => {
    const flat = graph.apply('reshape', [x], { shape: [2, 32] })[0]!;
    return graph.apply('matmul', [flat, constant('dense', [32, 2048])], { transposeA: false, transposeB: false })[0]!;
  };
  const first = convolve(constant('x', [2, 8, 8, 3]), 1, 3, 8);
  const second = convolve(first.y, 2, 8, 8);
  const loss = graph.apply('sum', [product(second.y)], { leading: 0, trailing: 2 })[0]!;
  const { graph: fused, resolve } = fuse(graph, [loss]);
  const gradients = differentiate(fused, resolve(loss), [first.kernel, second.kernel].map(resolve));
  return { graph: fused, outputs: [resolve(loss), ...gradients.map((gradient) => gradient!)] };
}

const factory = onednnKernels(await loadOnednn(process.env));
const { graph, outputs } = build();
const start = () => new Program(factory, { graph, outputs, layout: [], regions: {} });

const worker = isMainThread ? new Worker(new URL('./onednn-soak.mjs', import.meta.url), { workerData: steps }) : null;
const kept = start();
let sum = 0;
for (let step = 0; step < steps; step++) {
  kept.control.integers[2] = step;
  kept.run('slice');
  sum += kept.floats(outputs[0]!)[0]!;
  if (step % 250 === 0) globalThis.gc!();
  else if (step % 10 === 0) globalThis.gc!({ type: 'minor' });
  if (step % 500 === 0) {
    start().run('slice');
    // finalizers run between tasks
    await new Promise(setImmediate);
  }
}
if (worker) await new Promise((resolve) => worker.once('exit', resolve));
if (isMainThread) process.stdout.write(`${steps} steps, ${Number.isFinite(sum) ? 'finite' : 'not finite'}\n`);
