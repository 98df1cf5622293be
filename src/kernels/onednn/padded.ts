/**
 * The gradient of the input of a convolution over signals, as another convolution: of the map's gradient between columns of
 * zeros, with the kernel turned round and its inputs and outputs exchanged.
 *
 * With AMX, oneDNN 3.2 takes four to ten times as long at some widths as at their neighbours (493, 502, 503, 1006, 2045 columns
 * of results) where padding is its own to see to, as it is in the gradient of the input. Without padding it is as fast at all
 * of them, and to copy a gradient between zeros costs next to nothing.
 */
import { executions, reorder, tensorsFrom } from './execution.ts';
import { onednn } from './functions.ts';
import {
  type Described,
  type Descriptors,
  type Geometry,
  type Types,
  describeForward,
  descriptorsOf,
} from './geometry.ts';
import type { Native, ScratchPlan } from './prepared.ts';
import type { Handle, Session } from './session.ts';

const { operand } = onednn;

/** Narrower signals are one piece. */
const widthFrom = 64;

/** By shape and implementation alone, so that a run on the same machine computes the same bits. */
export function isFasterPadded(session: Session, geometry: Geometry, direct: Described): boolean {
  const { height, kernelHeight, strides, width } = geometry;
  const isOfSignals = height === 1 && kernelHeight === 1 && strides[0] === 1 && strides[1] === 1;
  return (
    isOfSignals && width > widthFrom && session.implementationOf(direct.description).includes('brgconv:avx512_core_amx')
  );
}

export class PaddedGradient {
  readonly #native: Native;
  readonly #geometry: Geometry;
  readonly #other: Geometry;
  readonly #descriptors: Descriptors;
  readonly #described: Described;
  /** of the kernel as the graph stores it, but turned */
  readonly #plain: Handle;
  /** bytes of an element of the map and the kernel, and of the result */
  readonly #factor: number;
  readonly #result: number;
  readonly #turned: number;
  readonly #kernel: number;
  readonly #between: number;

  constructor(native: Native, geometry: Geometry, { factors, dx }: Types, scratch: ScratchPlan) {
    const { session } = native;
    const { inputs, outputs, kernelWidth } = geometry;
    const other = withoutPadding(geometry);
    this.#native = native;
    this.#geometry = geometry;
    this.#other = other;
    this.#descriptors = descriptorsOf(session, other, 1, { factors, map: dx, dx: factors });
    this.#described = describeForward(session, other, this.#descriptors, false);
    // inputs and outputs exchanged: the graph stores rows, columns, inputs, outputs
    const strides = [outputs, 1, kernelWidth * inputs * outputs, inputs * outputs];
    this.#plain = session.descriptor([inputs, outputs, 1, kernelWidth], strides, factors);
    this.#factor = factors === onednn.bf16 ? 2 : 4;
    this.#result = dx === onednn.bf16 ? 2 : 4;
    this.#turned = scratch.take(kernelWidth * inputs * outputs * this.#factor);
    this.#kernel = scratch.take(session.functions.descriptorSize(this.#described.weights));
    this.#between = scratch.take(other.xSize * this.#factor);
  }

  /** @param places byte offsets: of the kernel, the map's gradient and the result */
  bind(scratch: number, { mean, map, dx }: { readonly mean: number; readonly map: number; readonly dx: number }) {
    const { session, wasm } = this.#native;
    const { batch, inputs, outputs, kernelWidth, mapSize, xSize, before, dilations } = this.#geometry;
    const { description, weights } = this.#described;
    const factor = this.#factor;
    const [turned, between] = [scratch + this.#turned, scratch + this.#between];
    const step = inputs * outputs * factor;
    const kernel = session.tensor(weights, scratch + this.#kernel);
    const layOut = reorder(session, this.#plain, session.tensor(this.#plain, turned), weights, kernel);
    const source = session.tensor(this.#descriptors.x, between);
    const run = executions(
      session,
      description,
      tensorsFrom(session, this.#descriptors.map, dx, xSize * this.#result, batch).map((to) => [
        [operand.source, source],
        [operand.weights, kernel],
        [operand.result, to],
      ]),
    );
    const front = between + ((kernelWidth - 1) * dilations[1] - before[1]) * outputs * factor;
    const [length, end] = [mapSize * factor, between + this.#other.xSize * factor];
    const lastPlace = turned + (kernelWidth - 1) * step;
    return () => {
      wasm.copyRows(lastPlace, -step, mean, step, step, kernelWidth);
      layOut();
      wasm.clear(between, front - between);
      wasm.clear(front + length, end - front - length);
      for (let n = 0; n < batch; n++) {
        wasm.copyRows(front, 0, map + n * length, 0, length, 1);
        run(n);
      }
    };
  }
}

/** The other convolution: its images are the map between zeros, its map the images. */
function withoutPadding(geometry: Geometry): Geometry {
  const { inputs, outputs, width, kernelWidth, dilations } = geometry;
  const wide = width + (kernelWidth - 1) * dilations[1];
  return {
    ...geometry,
    ...{ batch: 1, width: wide, inputs: outputs, outputs: inputs, mapWidth: width, xSize: wide * outputs },
    ...{ before: [0, 0], after: [0, 0], pool: null },
  };
}
