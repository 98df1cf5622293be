import { type ConvolutionAttributes, bytesPerElement } from '../../graph/index.ts';
import type { KernelCall } from '../kernels.ts';
import { epilogueOf } from './epilogue.ts';
import { executions, reorder, tensorsFrom } from './execution.ts';
import { fastFilter } from './fast-filter.ts';
import { onednn } from './functions.ts';
import { describeForward, descriptorsOf, geometryOf, typeOf } from './geometry.ts';
import { NarrowOwnKernels } from './narrow-kernels.ts';
import { OwnKernels } from './own-kernels.ts';
import { type Native, type Prepared, ScratchPlan } from './prepared.ts';

const { operand } = onednn;

/**
 * Forward, example by example: oneDNN's convolution and bias, then activation and pooling by the wasm kernels while the
 * map is in cache. Flipout forms the example's own kernel first. Where y is bfloat16 it is float32 until nothing is left
 * to do. A long float32 filter of a signal is taken in three parts (`FastFilter`).
 */
export function prepareForward(call: KernelCall, native: Native): Prepared {
  const { session, wasm } = native;
  const { bias: hasBias, activation, pool } = call.attributes as ConvolutionAttributes;
  const flipout = call.operation === 'flipoutConv2d';
  const geometry = geometryOf(call);
  const { batch, mapSize, xSize, ySize } = geometry;
  const epilogue = epilogueOf(wasm, geometry, activation);
  const [xView, yView] = [call.inputs[0]!, call.outputs[0]!];
  const factors = typeOf(xView);
  const isNarrow = factors === onednn.bf16;
  const [xBytes, yBytes] = [bytesPerElement[xView.dtype], bytesPerElement[yView.dtype]];
  const scratch = new ScratchPlan();
  const filter = { geometry, strides: [1, geometry.outputs], bias: hasBias } as const;
  const fast = flipout || isNarrow ? null : fastFilter(native, filter, scratch);
  // what nothing comes behind goes through one execution
  const whole = !flipout && !epilogue && !fast;
  const isRounded = yView.dtype === 'bf16' && !whole;
  const types = { factors, map: whole ? typeOf(yView) : onednn.f32, dx: factors };
  const descriptors = descriptorsOf(session, geometry, whole ? batch : 1, types);
  const { description, weights } = describeForward(session, geometry, descriptors, hasBias);

  const own = !flipout
    ? null
    : isNarrow
      ? new NarrowOwnKernels(native, geometry, weights, scratch)
      : new OwnKernels(native, geometry, weights, descriptors.plainWeights, scratch);
  const laidOut = own || fast ? 0 : scratch.take(session.functions.descriptorSize(weights));
  const isMapApart = pool !== null || isRounded;
  const map = isMapApart ? scratch.take(mapSize * 4) : 0;
  const wide = isRounded && pool ? scratch.take(ySize * 4) : map;

  return {
    scratchBytes: scratch.bytes,
    bind(context) {
      const places = call.inputs.map(({ offset }) => offset);
      const [x, mean, perturbation, signsIn, signsOut] = places as [number, number, number, number, number];
      const [y, indices = 0] = call.outputs.map(({ offset }) => offset) as [number, number?];
      const count = whole ? 1 : batch;
      const kernels = own?.bind(context, { mean, perturbation, signsIn, signsOut });
      const target = isMapApart ? context.scratch + map : y;
      const step = isMapApart ? 0 : mapSize * 4;
      const bias = hasBias ? places.at(-1)! : 0;
      const ready = fast?.bind(context.scratch, mean, bias);
      /** begin: at the start of each call; convolve: the n-th example */
      const direct = () => {
        const kernel = kernels?.weights ?? session.tensor(weights, context.scratch + laidOut);
        const { plainWeights } = descriptors;
        const begin =
          kernels?.begin ?? reorder(session, plainWeights, session.tensor(plainWeights, mean), weights, kernel);
        const biases = hasBias ? [[operand.bias, session.tensor(descriptors.bias, bias)] as const] : [];
        const maps = tensorsFrom(session, descriptors.map, target, step, count);
        const lists = tensorsFrom(session, descriptors.x, x, xSize * xBytes, count).map(
          (from, n) =>
            [[operand.source, from], [operand.weights, kernel], ...biases, [operand.result, maps[n]!]] as const,
        );
        return { begin, convolve: executions(session, description, lists) };
      };
      const { begin, convolve } = ready
        ? { begin: ready.begin, convolve: (n: number) => ready.run(x + n * xSize * 4, target + n * step) }
        : direct();
      const { narrow } = wasm;
      const result = isRounded ? context.scratch + wide : 0;
      return () => {
        begin();
        for (let n = 0; n < count; n++) {
          kernels?.form(n);
          convolve(n);
          const at = y + n * ySize * yBytes;
          epilogue?.(isRounded ? result : at, indices + n * ySize, target + n * step);
          if (isRounded) narrow(at, result, ySize);
        }
      };
    },
  };
}
