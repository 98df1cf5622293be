/** What a network makes of inputs just before it answers: where inputs that are unlike those of its training stand apart. */
import { Graph, fuse, sizeOf } from '../graph/index.ts';
import { type KernelsFactory, control } from '../kernels/index.ts';
import { type Model, buildNetwork } from '../models/index.ts';
import { permutation, purpose, fillSigns } from '../random/index.ts';
import { type ParameterSource, inputsIn, trainedProgram } from './parameters.ts';
import type { PredictionInputs } from './request.ts';
import { readerOf } from './rows.ts';

/** Numbers that are kept of what is wider: a sketch of so many keeps distances to a few percent. */
export const sketchWidth = 256;

export interface NetworkFeatures {
  readonly count: number;
  /** [count, width of `inputs`]: the encoded inputs themselves, sketched */
  readonly inputs: Float32Array;
  /** [count, width of `features`]: what goes into the last layer that is trained, sketched */
  readonly features: Float32Array;
  /** [count, likelihood.outputs]: what the likelihood reads, of classes the logits */
  readonly outputs: Float32Array;
}

/** @param examples at a time: changes speed and memory only */
export interface FeatureOptions {
  readonly seed: number;
  readonly batch?: number;
}

/**
 * Features of one network of the posterior: one draw of all weights, the same for whatever inputs it is asked for, so that
 * those of different calls can be compared. What has more than 256 numbers is sketched: each goes, with a random sign, into
 * one of 256 sums (Charikar, Chen and Farach-Colton 2002; distances stay, Weinberger et al. 2009, arXiv 0902.2206, lemma 2).
 * @param parameters of the network, by name
 * @throws ShapeError or NotFiniteError where a parameter is missing, of another size or not finite
 */
export function networkFeatures(
  factory: KernelsFactory,
  model: Model,
  parameters: ParameterSource,
  { count, inputs }: Pick<PredictionInputs, 'count' | 'inputs'>,
  { seed, batch = 100 }: FeatureOptions,
): NetworkFeatures {
  const size = Math.max(1, Math.min(batch, count));
  const graph = new Graph();
  const built = buildNetwork(model, graph, size, 'prediction');
  // the likelihood's own parameters, so that the layout is that of the checkpoint
  model.likelihood.predict(built.outputs, built.context);
  const wanted = [built.encoded, built.features, built.outputs];
  const fused = fuse(graph, wanted);
  const outputs = wanted.map(fused.resolve);
  const layout = built.parameters.map(({ tensor }) => tensor);
  const program = trainedProgram(factory, { graph: fused.graph, outputs, layout }, parameters, seed);
  const into = inputsIn(program, built.inputs);
  const views = outputs.map((tensor, i) => {
    const width = sizeOf(tensor.shape) / size;
    const sketch = i < 2 && width > sketchWidth ? sketchOf(width, seed) : null;
    const kept = sketch === null ? width : sketchWidth;
    return { values: program.floats(tensor), width, kept, sketch, all: new Float32Array(count * kept) };
  });
  const read = readerOf(inputs, sizeOf(model.input.shape), size);
  for (let first = 0; first < count; first += size) {
    const rows = Math.min(size, count - first);
    into.set(read(first, rows));
    program.control.integers[control.firstExample] = first % 2 ** 24;
    program.run('examples');
    program.control.integers[control.step] = 0;
    program.run('draw');
    for (const { values, width, kept, sketch, all } of views) {
      const own = all.subarray(first * kept, (first + rows) * kept);
      if (sketch === null) own.set(values.subarray(0, rows * width));
      else sketched(values, width, sketch, own);
    }
  }
  return { count, inputs: views[0]!.all, features: views[1]!.all, outputs: views[2]!.all };
}

/** For each of the sums, which of the numbers go into it, and with which signs: as many into each. */
interface Sketch {
  /** [sketchWidth + 1]: where those of each sum begin */
  readonly begins: Uint32Array;
  /** [width] */
  readonly sources: Uint32Array;
  readonly signs: Float32Array;
}

function sketchOf(width: number, seed: number): Sketch {
  const key = { seed, purpose: purpose.featureSketch, step: 0, replica: 0, layer: 0, example: 0 };
  const places = new Uint32Array(width);
  permutation(places, key);
  const signs = new Float32Array(width);
  fillSigns(signs, { ...key, step: 1 }, 1, width);
  const ofSum = Array.from({ length: sketchWidth }, (): number[] => []);
  for (const [i, place] of places.entries()) ofSum[place % sketchWidth]!.push(i);
  const begins = new Uint32Array(sketchWidth + 1);
  ofSum.forEach((sources, k) => (begins[k + 1] = begins[k]! + sources.length));
  const sources = Uint32Array.from(ofSum.flat());
  return { begins, sources, signs: Float32Array.from(sources, (i) => signs[i]!) };
}

function sketched(values: Float32Array, width: number, { begins, sources, signs }: Sketch, out: Float32Array): void {
  const rows = out.length / sketchWidth;
  const row = new Float32Array(width);
  for (let n = 0; n < rows; n++) {
    row.set(values.subarray(n * width, (n + 1) * width));
    for (let k = 0; k < sketchWidth; k++) {
      let sum = 0;
      const end = begins[k + 1]!;
      for (let i = begins[k]!; i < end; i++) sum += signs[i]! * row[sources[i]!]!;
      out[n * sketchWidth + k] = sum;
    }
  }
}
