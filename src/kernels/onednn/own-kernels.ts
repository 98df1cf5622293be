import type { KernelContext } from '../kernels.ts';
import { reorder } from './execution.ts';
import type { Geometry } from './geometry.ts';
import { type BlockedLayout, blockedLayout } from './layout.ts';
import type { Native, ScratchPlan } from './prepared.ts';
import { type Handle, Unimplemented } from './session.ts';

/** Where a flipout call's operands are: byte offsets. */
export interface FlipoutOperands {
  readonly mean: number;
  readonly perturbation: number;
  readonly signsIn: number;
  readonly signsOut: number;
}

/** The table of a layout's runs, and an example's signs as masks, in scratch. */
export class SignedRuns {
  readonly layout: BlockedLayout;
  readonly runs: number;
  readonly #native: Native;
  readonly #geometry: Geometry;
  readonly #table: number;
  readonly #outputMasks: number;
  readonly #inputMasks: number;

  constructor(native: Native, geometry: Geometry, layout: BlockedLayout, scratch: ScratchPlan) {
    this.#native = native;
    this.#geometry = geometry;
    this.layout = layout;
    this.runs = layout.elements / layout.run / layout.pair;
    this.#table = scratch.take(this.runs * 4);
    this.#outputMasks = scratch.take(layout.outputs * layout.pair * 4);
    this.#inputMasks = scratch.take(layout.inputs * layout.pair * 4);
  }

  bind({ scratch }: KernelContext, { signsIn, signsOut }: Pick<FlipoutOperands, 'signsIn' | 'signsOut'>) {
    const { listRuns, signMasks } = this.#native.wasm;
    const { loops, outputs, inputs, pair, lanesAreOutputs } = this.layout;
    // the masks of the lanes as often as a lane has elements
    const [inputRepeats, outputRepeats] = lanesAreOutputs ? [1, pair] : [pair, 1];
    const geometry = this.#geometry;
    const table = scratch + this.#table;
    const [outputMasks, inputMasks] = [scratch + this.#outputMasks, scratch + this.#inputMasks];
    const operands = loops.flatMap(({ extent, otherStep, laneStep }) => [extent, otherStep, laneStep]);
    return {
      table,
      laneMasks: lanesAreOutputs ? outputMasks : inputMasks,
      otherMasks: lanesAreOutputs ? inputMasks : outputMasks,
      begin: () => listRuns(table, ...operands),
      read(example: number) {
        signMasks(inputMasks, signsIn + example * geometry.inputs * 4, geometry.inputs, inputs, inputRepeats);
        signMasks(outputMasks, signsOut + example * geometry.outputs * 4, geometry.outputs, outputs, outputRepeats);
      },
    };
  }
}

/** @throws Unimplemented: pairs are for bfloat16 */
function unpairedLayout({ session }: Native, weights: Handle): BlockedLayout {
  const layout = blockedLayout(session, weights);
  if (layout.pair !== 1) throw new Unimplemented('float32 weights in pairs');
  return layout;
}

/** Kernels of flipout in the layout of a primitive: mean and perturbation once per call, the example's own for each. */
export class OwnKernels {
  readonly #native: Native;
  readonly #weights: Handle;
  readonly #plain: Handle;
  readonly #signed: SignedRuns;
  readonly #mean: number;
  readonly #perturbation: number;
  readonly #own: number;

  /** @throws Unimplemented where the layout has no runs of channels */
  constructor(native: Native, geometry: Geometry, weights: Handle, plainWeights: Handle, scratch: ScratchPlan) {
    this.#native = native;
    this.#weights = weights;
    this.#plain = plainWeights;
    this.#signed = new SignedRuns(native, geometry, unpairedLayout(native, weights), scratch);
    const bytes = 4 * this.#signed.layout.elements;
    [this.#mean, this.#perturbation, this.#own] = [scratch.take(bytes), scratch.take(bytes), scratch.take(bytes)];
  }

  bind(context: KernelContext, operands: FlipoutOperands) {
    const { session, wasm } = this.#native;
    const { formBlocked } = wasm;
    const { runs, layout } = this.#signed;
    const [mean, perturbation, own] = [this.#mean, this.#perturbation, this.#own].map((at) => context.scratch + at) as [
      number,
      number,
      number,
    ];
    const inLayout = (from: number, to: number) =>
      reorder(
        session,
        this.#plain,
        session.tensor(this.#plain, from),
        this.#weights,
        session.tensor(this.#weights, to),
      );
    const layMean = inLayout(operands.mean, mean);
    const layPerturbation = inLayout(operands.perturbation, perturbation);
    const signed = this.#signed.bind(context, operands);
    const { table, laneMasks, otherMasks } = signed;
    return {
      /** what the primitive reads */
      weights: session.tensor(this.#weights, own),
      /** at the start of each call */
      begin() {
        signed.begin();
        layMean();
        layPerturbation();
      },
      form(example: number) {
        signed.read(example);
        formBlocked(own, mean, perturbation, table, runs, layout.run, laneMasks, otherMasks);
      },
    };
  }
}

/** Weight gradients of flipout: each example's own, folded into those of mean and perturbation in the same layout. */
export class FoldedGradients {
  readonly #native: Native;
  readonly #weights: Handle;
  readonly #plain: Handle;
  readonly #signed: SignedRuns;
  readonly #own: number;
  readonly #mean: number;
  readonly #perturbation: number;

  /** @throws Unimplemented where the layout has no runs of channels */
  constructor(native: Native, geometry: Geometry, weights: Handle, plainWeights: Handle, scratch: ScratchPlan) {
    this.#native = native;
    this.#weights = weights;
    this.#plain = plainWeights;
    this.#signed = new SignedRuns(native, geometry, unpairedLayout(native, weights), scratch);
    const bytes = 4 * this.#signed.layout.elements;
    [this.#own, this.#mean, this.#perturbation] = [scratch.take(bytes), scratch.take(bytes), scratch.take(bytes)];
  }

  /** @param operands mean and perturbation are the places of their gradients */
  bind(context: KernelContext, operands: FlipoutOperands) {
    const { session, wasm } = this.#native;
    const { foldBlocked } = wasm;
    const { runs, layout } = this.#signed;
    const [own, mean, perturbation] = [this.#own, this.#mean, this.#perturbation].map((at) => context.scratch + at) as [
      number,
      number,
      number,
    ];
    const outOfLayout = (from: number, to: number) =>
      reorder(
        session,
        this.#weights,
        session.tensor(this.#weights, from),
        this.#plain,
        session.tensor(this.#plain, to),
      );
    const storeMean = outOfLayout(mean, operands.mean);
    const storePerturbation = outOfLayout(perturbation, operands.perturbation);
    const signed = this.#signed.bind(context, operands);
    const { table, laneMasks, otherMasks } = signed;
    return {
      /** what the primitive writes */
      gradient: session.tensor(this.#weights, own),
      begin: signed.begin,
      fold(example: number) {
        signed.read(example);
        const first = example === 0 ? 1 : 0;
        foldBlocked(mean, perturbation, own, table, runs, layout.run, laneMasks, otherMasks, first);
      },
      finish() {
        storeMean();
        storePerturbation();
      },
    };
  }
}
