import type { KernelContext } from '../kernels.ts';
import type { Geometry } from './geometry.ts';
import { blockedLayout } from './layout.ts';
import { type FlipoutOperands, SignedRuns } from './own-kernels.ts';
import type { Native, ScratchPlan } from './prepared.ts';
import { type Handle, Unimplemented } from './session.ts';

/**
 * Kernels of flipout for a primitive that multiplies in bfloat16: mean and perturbation stay in float32, in the order of
 * the primitive's layout, and each example's own kernel is rounded once, when it is formed.
 */
export class NarrowOwnKernels {
  readonly #native: Native;
  readonly #geometry: Geometry;
  readonly #weights: Handle;
  readonly #signed: SignedRuns;
  readonly #places: number;
  readonly #mean: number;
  readonly #perturbation: number;
  readonly #own: number;

  /** @throws Unimplemented where the layout has no runs of channels */
  constructor(native: Native, geometry: Geometry, weights: Handle, scratch: ScratchPlan) {
    this.#native = native;
    this.#geometry = geometry;
    this.#weights = weights;
    const layout = blockedLayout(native.session, weights, 2);
    if ((layout.run * layout.pair) % 8 !== 0) throw new Unimplemented('bfloat16 weights in runs of less than eight');
    this.#signed = new SignedRuns(native, geometry, layout, scratch);
    const { elements } = layout;
    this.#places = scratch.take(this.#signed.runs * 4);
    [this.#mean, this.#perturbation] = [scratch.take(elements * 4), scratch.take(elements * 4)];
    this.#own = scratch.take(elements * 2);
  }

  bind(context: KernelContext, operands: FlipoutOperands) {
    const { session, wasm } = this.#native;
    const { formPaired, layPaired, listPlaces } = wasm;
    const { runs, layout } = this.#signed;
    const { run, pair, lanesAreOutputs, loops } = layout;
    const at = (offset: number) => context.scratch + offset;
    const [mean, perturbation, own, places] = [at(this.#mean), at(this.#perturbation), at(this.#own), at(this.#places)];
    const signed = this.#signed.bind(context, operands);
    const { table, laneMasks, otherMasks } = signed;
    const { inputs, outputs } = this.#geometry;
    // a kernel is stored as [rows, columns, inputs, outputs]
    const [counts, strides] = [
      [outputs, inputs],
      [1, outputs],
    ];
    const order = lanesAreOutputs ? [0, 1] : [1, 0];
    const channels = [...order.map((kind) => counts[kind]!), ...order.map((kind) => strides[kind]!)];
    const steps = loops.flatMap(({ extent, placeStep }) => [extent, placeStep * inputs * outputs]);
    return {
      /** what the primitive reads */
      weights: session.tensor(this.#weights, own),
      /** at the start of each call */
      begin() {
        signed.begin();
        listPlaces(places, ...steps);
        layPaired(mean, operands.mean, table, places, runs, run, pair, ...channels);
        layPaired(perturbation, operands.perturbation, table, places, runs, run, pair, ...channels);
      },
      form(example: number) {
        signed.read(example);
        formPaired(own, mean, perturbation, table, runs, run * pair, pair, laneMasks, otherMasks);
      },
    };
  }
}
