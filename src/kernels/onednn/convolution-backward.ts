import { type ConvolutionBackwardAttributes, bytesPerElement } from '../../graph/index.ts';
import type { KernelCall } from '../kernels.ts';
import type { WasmExports } from '../wasm/index.ts';
import { spreadOf } from './epilogue.ts';
import { executions, reorder, tensorsFrom } from './execution.ts';
import { fastFilter, inputGradientOf } from './fast-filter.ts';
import { onednn } from './functions.ts';
import {
  type Described,
  type Descriptors,
  type Geometry,
  describeBackwardData,
  describeBackwardWeights,
  describeForward,
  descriptorsOf,
  geometryOf,
  typeOf,
} from './geometry.ts';
import { NarrowOwnKernels } from './narrow-kernels.ts';
import { FoldedGradients, OwnKernels } from './own-kernels.ts';
import type { Handle } from './session.ts';
import { kernelGradient } from './kernel-gradient.ts';
import { type Native, type Prepared, ScratchPlan } from './prepared.ts';
import { PaddedGradient, isFasterPadded } from './padded.ts';

const { operand } = onednn;

/** Places of a backward call's operands, byte offsets; 0 where there is none. */
interface Places {
  readonly x: number;
  readonly mean: number;
  readonly perturbation: number;
  readonly signsIn: number;
  readonly signsOut: number;
  readonly dy: number;
  readonly y: number;
  readonly indices: number;
  readonly dMean: number;
  readonly dPerturbation: number;
  readonly dBias: number;
  readonly dx: number;
}

function placesOf({ operation, attributes, inputs, outputs }: KernelCall): Places {
  const { bias, inputGradient } = attributes as ConvolutionBackwardAttributes;
  const flipout = operation === 'flipoutConv2dBackward';
  const from = inputs.map(({ offset }) => offset);
  const [x, mean] = from as [number, number];
  const [perturbation, signsIn, signsOut] = (flipout ? from.slice(2, 5) : [0, 0, 0]) as [number, number, number];
  const [dy, y, indices = 0] = from.slice(flipout ? 5 : 2) as [number, number, number?];
  const results = outputs.map(({ offset }) => offset);
  const dMean = results.shift()!;
  const dPerturbation = flipout ? results.shift()! : 0;
  const dBias = bias ? results.shift()! : 0;
  const dx = inputGradient ? results.shift()! : 0;
  return { x, mean, perturbation, signsIn, signsOut, dy, y, indices, dMean, dPerturbation, dBias, dx };
}

/**
 * Backward: each example's gradient goes through pooling and activation into a map in scratch, which both gradients read
 * while it is in cache. Flipout takes one weight gradient per example and folds it; otherwise one execution takes all.
 * In bfloat16 the map is rounded when it is complete; weight gradients and bias gradients are summed in float32.
 */
export function prepareBackward(call: KernelCall, native: Native): Prepared {
  const { session, wasm } = native;
  const attributes = call.attributes as ConvolutionBackwardAttributes;
  const { inputGradient, activation, pool } = attributes;
  const flipout = call.operation === 'flipoutConv2dBackward';
  const geometry = geometryOf(call);
  const { batch, mapSize, xSize } = geometry;
  const factors = typeOf(call.inputs[0]!);
  const isNarrow = factors === onednn.bf16;
  const element = isNarrow ? 2 : 4;
  const dxView = inputGradient ? call.outputs.at(-1)! : null;
  const types = { factors, map: factors, dx: dxView ? typeOf(dxView) : factors };
  const descriptors = descriptorsOf(session, geometry, flipout ? 1 : batch, types);
  const hint = describeForward(session, geometry, descriptors, false).description;
  const scratch = new ScratchPlan();
  const fast = inputGradient && !flipout && !isNarrow ? fastFilter(native, inputGradientOf(geometry), scratch) : null;
  const direct = inputGradient && !fast ? describeBackwardData(session, geometry, descriptors, hint) : null;
  const isPadded = direct !== null && !flipout && isFasterPadded(session, geometry, direct);
  const towardInput = isPadded ? null : direct;
  const tap = geometry.inputs * geometry.outputs * 4;
  const turned = fast ? scratch.take(geometry.kernelWidth * tap) : 0;

  const spreads = pool !== null || activation !== 'none';
  const count = flipout ? batch : 1;
  // one map where the examples follow each other
  const map = spreads ? scratch.take(mapSize * element * (batch / count)) : 0;
  const spread = new Spread(wasm, call, geometry, spreads, scratch);
  const folding = flipout ? foldingOf(native, geometry, descriptors, hint, scratch) : null;
  const whole = flipout ? null : kernelGradient(native, geometry, types, scratch);
  const own = !towardInput
    ? null
    : flipout
      ? isNarrow
        ? new NarrowOwnKernels(native, geometry, towardInput.weights, scratch)
        : new OwnKernels(native, geometry, towardInput.weights, descriptors.plainWeights, scratch)
      : new WholeKernel(native, towardInput, descriptors, scratch);
  const padded = isPadded ? new PaddedGradient(native, geometry, types, scratch) : null;

  return {
    scratchBytes: scratch.bytes,
    bind(context) {
      const places = placesOf(call);
      const { x, dy, signsIn, signsOut, dMean, dPerturbation, dx } = places;
      const target = spreads ? context.scratch + map : dy;
      const gradients = tensorsFrom(session, descriptors.map, target, spreads ? 0 : mapSize * element, count);
      const kernels = own?.bind(context, places);
      const folded = folding?.gradients.bind(context, { mean: dMean, perturbation: dPerturbation, signsIn, signsOut });
      const toWeights =
        folded &&
        executions(
          session,
          folding!.description,
          tensorsFrom(session, descriptors.x, x, xSize * element, count).map((from, n) => [
            [operand.source, from],
            [operand.gradientOfResult, gradients[n]!],
            [operand.gradientOfWeights, folded.gradient],
          ]),
        );
      const toWhole = whole?.bind(context.scratch, { x, map: target, mean: dMean });
      const dxBytes = dxView ? bytesPerElement[dxView.dtype] : 0;
      const toInput =
        kernels &&
        executions(
          session,
          towardInput!.description,
          tensorsFrom(session, descriptors.dx, dx, xSize * dxBytes, count).map((to, n) => [
            [operand.gradientOfSource, to],
            [operand.weights, kernels.weights],
            [operand.gradientOfResult, gradients[n]!],
          ]),
        );
      const pad = padded?.bind(context.scratch, { mean: places.mean, map: target, dx });
      const turnedKernel = context.scratch + turned;
      const ready = fast?.bind(context.scratch, turnedKernel, 0);
      const lastTap = turnedKernel + (geometry.kernelWidth - 1) * tap;
      const spreadOne = spread.bind(context.scratch, places, spreads ? target : 0, flipout ? 0 : mapSize * element);
      return () => {
        folded?.begin();
        kernels?.begin();
        if (!flipout) for (let n = 0; n < batch; n++) spreadOne(n);
        for (let n = 0; n < count; n++) {
          if (flipout) spreadOne(n);
          if (toWeights) {
            toWeights(n);
            folded.fold(n);
          }
          if (toInput) {
            kernels.form(n);
            toInput(n);
          }
        }
        pad?.();
        if (ready) {
          wasm.copyRows(lastTap, -tap, places.mean, tap, tap, geometry.kernelWidth);
          ready.begin();
          for (let n = 0; n < batch; n++) ready.run(target + n * mapSize * 4, dx + n * xSize * 4);
        }
        folded?.finish();
        toWhole?.();
      };
    },
  };
}

/** One example's dy through pooling and activation, in float32, and its share of the bias gradient. */
class Spread {
  readonly #wasm: WasmExports;
  readonly #geometry: Geometry;
  readonly #attributes: ConvolutionBackwardAttributes;
  readonly #slope: number;
  readonly #part: number;
  /** float32 copies of an example's dy and y, and of the map, where those are bfloat16; else null */
  readonly #wideDy: number | null;
  readonly #wideY: number | null;
  readonly #wideMap: number | null;

  constructor(wasm: WasmExports, call: KernelCall, geometry: Geometry, spreads: boolean, scratch: ScratchPlan) {
    this.#wasm = wasm;
    this.#geometry = geometry;
    this.#attributes = call.attributes as ConvolutionBackwardAttributes;
    this.#slope = geometry.pool ? scratch.take(geometry.ySize * 4) : 0;
    this.#part = scratch.take(geometry.outputs * 4);
    const [dy, y] = call.inputs.slice(call.operation === 'flipoutConv2dBackward' ? 5 : 2);
    const wide = (isNarrow: boolean, elements: number) => (isNarrow ? scratch.take(elements * 4) : null);
    this.#wideDy = wide(dy!.dtype === 'bf16', geometry.ySize);
    this.#wideY = wide(spreads && y!.dtype === 'bf16', geometry.ySize);
    this.#wideMap = wide(spreads && dy!.dtype === 'bf16', geometry.mapSize);
  }

  /** @param map where the first example's gradient goes, the next ones `step` bytes behind; 0: dy is that already */
  bind(scratch: number, { dy, y, indices, dBias }: Places, map: number, step: number): (example: number) => void {
    const { activation, bias } = this.#attributes;
    const { accumulate, narrow, sum, widen } = this.#wasm;
    const { mapSize, ySize, outputs } = this.#geometry;
    const [slope, part] = [scratch + this.#slope, scratch + this.#part];
    const place = (offset: number | null) => (offset === null ? 0 : scratch + offset);
    const [wideDy, wideY, wideMap] = [this.#wideDy, this.#wideY, this.#wideMap].map(place) as [number, number, number];
    const spread = map === 0 ? null : spreadOf(this.#wasm, this.#geometry, activation);
    if (!spread && !bias) return () => {};
    /** an example of dy or y in float32 */
    const read = (from: number, wide: number, n: number): number => {
      if (wide === 0) return from + n * ySize * 4;
      widen(wide, from + n * ySize * 2, ySize);
      return wide;
    };
    return (n) => {
      const sums = bias && n === 0 ? dBias : part;
      const gradient = read(dy, wideDy, n);
      if (spread) {
        const target = map + n * step;
        spread(wideMap || target, gradient, read(y, wideY, n), indices + n * ySize, slope, sums);
        if (wideMap) narrow(target, wideMap, mapSize);
      } else {
        sum(sums, gradient, ySize / outputs, outputs, 1);
      }
      if (bias && n > 0) accumulate(dBias, part, outputs);
    };
  }
}

/** Of flipout: a primitive that takes the gradient of an example's kernel, and what folds it. */
function foldingOf(native: Native, geometry: Geometry, descriptors: Descriptors, hint: Handle, scratch: ScratchPlan) {
  const { description, weights } = describeBackwardWeights(native.session, geometry, descriptors, hint);
  return {
    description,
    gradients: new FoldedGradients(native, geometry, weights, descriptors.plainGradient, scratch),
  };
}

/** The kernel that all examples share, in the layout of the input gradient's primitive. */
class WholeKernel {
  readonly #native: Native;
  readonly #described: Described;
  readonly #plain: number;
  readonly #kernel: number;

  constructor(native: Native, described: Described, { plainWeights }: Descriptors, scratch: ScratchPlan) {
    this.#native = native;
    this.#described = described;
    this.#plain = plainWeights;
    this.#kernel = scratch.take(native.session.functions.descriptorSize(described.weights));
  }

  bind({ scratch }: { scratch: number }, { mean }: { mean: number }) {
    const { session } = this.#native;
    const kernel = session.tensor(this.#described.weights, scratch + this.#kernel);
    const begin = reorder(session, this.#plain, session.tensor(this.#plain, mean), this.#described.weights, kernel);
    return { weights: kernel, begin, form: (_example: number) => {} };
  }
}
