/** The blocked layouts that oneDNN chooses for kernels, walked through element by element, without the library. */
import { describe, expect, test } from 'vitest';
import { roundToBfloat16 } from '../../src/graph/index.ts';
import { type Blocking, layoutOf } from '../../src/kernels/onednn/layout.ts';
import { Unimplemented } from '../../src/kernels/onednn/session.ts';
import { wasmEngine } from '../../src/kernels/wasm/index.ts';
import { Random } from './generate.ts';

/** outputs, inputs, rows, columns: not multiples of any block, so that all is padded */
const extents = [37, 21, 3, 2] as const;
const [outputs, inputs, rows, columns] = extents;

interface Layout extends Blocking {
  /** element of the layout in which (output, input, row, column) lies */
  offset(index: readonly number[]): number;
}

/** `AcdB16b32a2b`: the axes outside, outermost first, capitals where they are cut into blocks; then the blocks. */
function layoutNamed(name: string): Layout {
  const outside = /^[A-Da-d]+/.exec(name)![0];
  const inside = name.slice(outside.length);
  const axisOf = (letter: string) => 'abcd'.indexOf(letter.toLowerCase());
  const blocks = [...inside.matchAll(/(\d+)([a-d])/g)].map(([, extent, letter]) => ({
    axis: axisOf(letter!),
    extent: Number(extent),
  }));
  const inBlocks = [0, 1, 2, 3].map((axis) =>
    blocks.reduce((product, block) => (block.axis === axis ? product * block.extent : product), 1),
  );
  const counts = extents.map((extent, axis) => Math.ceil(extent / inBlocks[axis]!));
  const strides = [0, 0, 0, 0];
  let stride = blocks.reduce((product, { extent }) => product * extent, 1);
  for (const letter of outside.split('').reverse()) {
    strides[axisOf(letter)] = stride;
    stride *= counts[axisOf(letter)]!;
  }
  return {
    padded: counts.map((count, axis) => count * inBlocks[axis]!),
    strides,
    blocks,
    offset(index) {
      let at = index.reduce((sum, i, axis) => sum + Math.floor(i / inBlocks[axis]!) * strides[axis]!, 0);
      const rest = index.map((i, axis) => i % inBlocks[axis]!);
      let inner = blocks.reduce((product, { extent }) => product * extent, 1);
      const covered = [...inBlocks];
      for (const { axis, extent } of blocks) {
        inner /= extent;
        covered[axis]! /= extent;
        at += Math.floor(rest[axis]! / covered[axis]!) * inner;
        rest[axis]! %= covered[axis]!;
      }
      return at;
    },
  };
}

/** An example's own kernel in a layout, as the engine forms it: float32 [elements], rounded to bfloat16. */
function formed(layout: Layout, plain: { mean: Float32Array; perturbation: Float32Array }, signs: Float32Array[]) {
  const { elements, run, pair, lanesAreOutputs, loops, ...padded } = layoutOf(layout);
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true });
  const { exports: wasm } = wasmEngine(memory);
  let next = 65536;
  const place = (bytes: number) => {
    const at = next;
    next += Math.ceil(bytes / 64) * 64;
    return at;
  };
  const floats = (data: Float32Array) => {
    const at = place(data.byteLength);
    new Float32Array(memory.buffer, at, data.length).set(data);
    return at;
  };
  const [mean, perturbation, signsIn, signsOut] = [plain.mean, plain.perturbation, ...signs].map(floats) as number[];
  const runs = elements / run / pair;
  const [table, places] = [place(runs * 4), place(runs * 4)];
  const [inputMasks, outputMasks] = [place(padded.inputs * 8), place(padded.outputs * 8)];
  const [laidMean, laidPerturbation, own] = [place(elements * 4), place(elements * 4), place(elements * 2)];
  wasm.listRuns(table, ...loops.flatMap(({ extent, otherStep, laneStep }) => [extent, otherStep, laneStep]));
  wasm.listPlaces(places, ...loops.flatMap(({ extent, placeStep }) => [extent, placeStep * inputs * outputs]));
  const channels = lanesAreOutputs ? [outputs, inputs, 1, outputs] : [inputs, outputs, outputs, 1];
  wasm.layPaired(laidMean, mean!, table, places, runs, run, pair, ...channels);
  wasm.layPaired(laidPerturbation, perturbation!, table, places, runs, run, pair, ...channels);
  wasm.signMasks(inputMasks, signsIn!, inputs, padded.inputs, lanesAreOutputs ? 1 : pair);
  wasm.signMasks(outputMasks, signsOut!, outputs, padded.outputs, lanesAreOutputs ? pair : 1);
  const [lanes, others] = lanesAreOutputs ? [outputMasks, inputMasks] : [inputMasks, outputMasks];
  wasm.formPaired(own, laidMean, laidPerturbation, table, runs, run * pair, pair, lanes, others);
  const bits = new Uint16Array(memory.buffer, own, elements);
  const widened = new Float32Array(elements);
  new Uint32Array(widened.buffer).set(Array.from(bits, (word) => word << 16));
  return widened;
}

describe('an example’s own kernel in bfloat16', () => {
  const random = new Random('blocked layouts');
  const size = outputs * inputs * rows * columns;
  const [mean, perturbation] = [random.reals([size]).data, random.reals([size]).data] as Float32Array[];
  const signs = [random.signs([inputs]).data, random.signs([outputs]).data] as Float32Array[];

  test.each([
    ...['AcdB16a2b', 'AcdB32a2b', 'AcdB64a2b', 'AcdB16b16a2b', 'AcdB16b32a2b', 'AcdB16b64a2b', 'ABcd16b16a2b'],
    ...['BcdA16a16b2a', 'BcdA16a32b2a', 'BcdA16a64b2a', 'BcdA32b2a', 'Adcb16a', 'Acdb16a', 'ABcd16b16a', 'Bcda16b'],
    'Bcda32b',
  ])('stands in %s where oneDNN looks for it, zeros where the layout is padded', (name) => {
    const layout = layoutNamed(name);
    const expected = new Float32Array(layout.padded.reduce((product, extent) => product * extent));
    for (let o = 0; o < outputs; o++) {
      for (let i = 0; i < inputs; i++) {
        for (let at = 0; at < rows * columns; at++) {
          const w = (at * inputs + i) * outputs + o;
          const own = Math.fround(mean![w]! + signs[0]![i]! * signs[1]![o]! * perturbation![w]!);
          expected[layout.offset([o, i, Math.floor(at / columns), at % columns])] = roundToBfloat16(own);
        }
      }
    }
    expect(formed(layout, { mean: mean!, perturbation: perturbation! }, signs)).toEqual(expected);
  });

  // rows and columns innermost; outputs innermost, which are no multiple of four
  test.each(['abcd', 'cdba', 'dcba'])('is left to the wasm kernels in %s', (name) => {
    expect(() => layoutOf(layoutNamed(name))).toThrow(Unimplemented);
  });
});
