import type { KernelContext } from '../kernels.ts';
import { reorder } from './execution.ts';
import type { Geometry } from './geometry.ts';
import { type BlockedLayout, blockedLayout } from './layout.ts';
import type { Native, ScratchPlan } from './prepared.ts';
import { type Handle, type Session, Unimplemented } from './session.ts';

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

/** Three kernels in the layout of a primitive, in scratch: of mean and perturbation, and an example's own. */
class BlockedKernels {
  readonly signed: SignedRuns;
  readonly #session: Session;
  readonly #weights: Handle;
  readonly #plain: Handle;
  readonly #offsets: readonly [mean: number, perturbation: number, own: number];

  /**
   * @param weights how the primitive wants them
   * @param plainWeights how they stand in the graph's memory
   * @throws Unimplemented where the layout has no runs of channels, or holds pairs, which are for bfloat16
   */
  constructor(native: Native, geometry: Geometry, weights: Handle, plainWeights: Handle, scratch: ScratchPlan) {
    const layout = blockedLayout(native.session, weights);
    if (layout.pair !== 1) throw new Unimplemented('float32 weights in pairs');
    this.#session = native.session;
    this.#weights = weights;
    this.#plain = plainWeights;
    this.signed = new SignedRuns(native, geometry, layout, scratch);
    const bytes = 4 * layout.elements;
    this.#offsets = [scratch.take(bytes), scratch.take(bytes), scratch.take(bytes)];
  }

  places({ scratch }: KernelContext) {
    const [mean, perturbation, own] = this.#offsets;
    return { mean: scratch + mean, perturbation: scratch + perturbation, own: scratch + own };
  }

  /** What a primitive is given. */
  tensor(at: number): Handle {
    return this.#session.tensor(this.#weights, at);
  }

  /** Copies a kernel of the graph into the layout. */
  layIn(from: number, to: number): () => void {
    return reorder(this.#session, this.#plain, this.#session.tensor(this.#plain, from), this.#weights, this.tensor(to));
  }

  /** And back. */
  layOut(from: number, to: number): () => void {
    return reorder(this.#session, this.#weights, this.tensor(from), this.#plain, this.#session.tensor(this.#plain, to));
  }
}

/** Kernels of flipout in the layout of a primitive: mean and perturbation once per call, the example's own for each. */
export class OwnKernels {
  readonly #native: Native;
  readonly #kernels: BlockedKernels;

  /** @throws Unimplemented as BlockedKernels */
  constructor(native: Native, geometry: Geometry, weights: Handle, plainWeights: Handle, scratch: ScratchPlan) {
    this.#native = native;
    this.#kernels = new BlockedKernels(native, geometry, weights, plainWeights, scratch);
  }

  bind(context: KernelContext, operands: FlipoutOperands) {
    const { formBlocked } = this.#native.wasm;
    const kernels = this.#kernels;
    const { runs, layout } = kernels.signed;
    const { mean, perturbation, own } = kernels.places(context);
    const layMean = kernels.layIn(operands.mean, mean);
    const layPerturbation = kernels.layIn(operands.perturbation, perturbation);
    const signed = kernels.signed.bind(context, operands);
    const { table, laneMasks, otherMasks } = signed;
    return {
      /** what the primitive reads */
      weights: kernels.tensor(own),
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
  readonly #kernels: BlockedKernels;

  /** @throws Unimplemented as BlockedKernels */
  constructor(native: Native, geometry: Geometry, weights: Handle, plainWeights: Handle, scratch: ScratchPlan) {
    this.#native = native;
    this.#kernels = new BlockedKernels(native, geometry, weights, plainWeights, scratch);
  }

  /** @param operands mean and perturbation are the places of their gradients */
  bind(context: KernelContext, operands: FlipoutOperands) {
    const { foldBlocked } = this.#native.wasm;
    const kernels = this.#kernels;
    const { runs, layout } = kernels.signed;
    const { mean, perturbation, own } = kernels.places(context);
    const storeMean = kernels.layOut(mean, operands.mean);
    const storePerturbation = kernels.layOut(perturbation, operands.perturbation);
    const signed = kernels.signed.bind(context, operands);
    const { table, laneMasks, otherMasks } = signed;
    return {
      /** what the primitive writes */
      gradient: kernels.tensor(own),
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
