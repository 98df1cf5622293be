import { ShapeError, UsageError, describeValue, isNumbers, isObject, isWhole } from '../errors/index.ts';
import { sizeOf } from '../graph/index.ts';
import { type InputEncoding, type Inputs, areInMemory, dtypeOf } from '../models/index.ts';
import { Augmentation, type AugmentationOptions } from './augmentation.ts';
import { BatchOrder } from './batch-order.ts';
import { gatherRows, gatherTargets } from './gather.ts';

/** Where in a training some examples are wanted. */
export interface Place {
  /** 1 is the first */
  readonly step: number;
  readonly replica: number;
  /** place of the first of them in its replica's batch */
  readonly firstExample: number;
  /** how many examples the run has seen before, over all replicas and steps */
  readonly position: number;
}

/** Memory that examples are put into: as many as the targets have room for. */
export interface Batch {
  /** [examples, ...shape] */
  readonly inputs: Uint8Array | Float32Array;
  /** i32 [examples], or f32 [examples, width] */
  readonly targets: Int32Array | Float32Array;
  /** [examples], where they are weighted: how much each counts */
  readonly weights?: Float32Array | null;
}

/** What a training draws its batches from: arrays, a stream, something that makes them. */
export interface Examples {
  /** N, of the data set */
  readonly count: number;
  readonly input: Pick<InputEncoding, 'shape' | 'dtype'>;
  /** whether `fill` gives weights, by which the negative log-likelihood of each example is multiplied; no, unless given */
  readonly isWeighted?: boolean;
  /**
   * Fills a batch: a function of the place, whichever rank asks and however often, so that a run is the same on any number
   * of ranks and goes on where it stopped. Allocates as good as nothing.
   */
  fill(into: Batch, at: Place): void;
}

/**
 * Examples at rest, encoded as their model expects them. On shared memory, ranks in threads share one copy; inputs that do
 * not fit into memory are read as they are asked for.
 */
export interface ArrayExamples {
  readonly count: number;
  /** of one example */
  readonly shape: readonly number[];
  /** [count, ...shape] */
  readonly inputs: Inputs;
  /** classes [count], or reals and counts [count, width] */
  readonly targets: Uint8Array | Int32Array | Float32Array;
  /** [count], of 0 or more: what the negative log-likelihood of each is multiplied by; none unless given */
  readonly weights?: Float32Array | null;
  /** rows of the parts that a training goes through one after the other (`staged`); one unless given */
  readonly stages?: readonly number[];
}

/**
 * Arrays in an order that is a keyed permutation, anew in each epoch (BatchOrder): batches are consecutive positions.
 * @param augmentation of images: flips and crops by keyed noise; none unless given
 * @throws ShapeError where the arrays are not as long as they say
 */
export function shuffled(data: ArrayExamples, seed: number, augmentation: AugmentationOptions | null = null): Examples {
  checkArrays(data, seed);
  const changed = augmentation && changedImages(data.shape, seed, augmentation);
  const order = new BatchOrder(seed, data.count);
  return inOrder(data, (indices, { position }) => order.fill(indices, position), changed);
}

/**
 * Arrays in any order.
 * @param fillOrder which rows a batch is of
 * @throws ShapeError where the arrays are not as long as they say
 */
export function inOrder(
  data: ArrayExamples,
  fillOrder: (indices: Int32Array, at: Place) => void,
  changed: Augmentation | null = null,
): Examples {
  const { count, shape, inputs, targets, weights = null } = data;
  const rowSize = sizeOf(shape);
  const weighted = weights?.length ?? count;
  if (inputs.length !== count * rowSize || targets.length % count !== 0 || weighted !== count) {
    throw new ShapeError('examples do not fit their arrays', {
      got: `${inputs.length} inputs and ${targets.length} targets${weights ? `, ${weighted} weights` : ''}`,
      expected: `${count} x ${shape.join('x')} inputs, and as many targets for each`,
    });
  }
  const width = targets.length / count;
  let indices = new Int32Array(0);
  return {
    count,
    input: { shape, dtype: dtypeOf(inputs) },
    isWeighted: weights !== null,
    fill(into, at) {
      const examples = into.targets.length / width;
      if (indices.length !== examples) indices = new Int32Array(examples);
      fillOrder(indices, at);
      if (areInMemory(inputs)) gatherRows(inputs, rowSize, indices, into.inputs);
      else inputs.gather(indices, into.inputs);
      if (changed && into.inputs instanceof Uint8Array)
        changed.apply(into.inputs, at.step, at.replica, at.firstExample);
      gatherTargets(targets, width, indices, into.targets);
      if (weights && into.weights) gatherTargets(weights, 1, indices, into.weights);
    },
  };
}

function checkArrays(data: ArrayExamples, seed: number): void {
  if (!isObject(data) || !isWhole(data.count, 1) || !isNumbers(data.shape)) {
    throw new ShapeError('examples', {
      got: isObject(data) ? `${describeValue(data.count)} of shape ${describeValue(data.shape)}` : describeValue(data),
      expected: 'a count from 1 on, the shape of an example, inputs and targets',
    });
  }
  const { inputs, targets } = data;
  const isTyped = (values: unknown) => ArrayBuffer.isView(values) && isNumbers(values);
  if (!(isTyped(inputs) || isRows(inputs)) || !isTyped(targets)) {
    throw new ShapeError('arrays of examples', {
      got: `${describeValue(inputs)} and ${describeValue(targets)}`,
      expected: 'typed arrays',
    });
  }
  if (isWhole(seed, 0)) return;
  throw new UsageError('seed', { got: describeValue(seed), expected: 'a whole number from 0 to 2^53 - 1' });
}

function isRows(inputs: Inputs): boolean {
  return isObject(inputs) && 'gather' in inputs && typeof inputs.gather === 'function';
}

function changedImages(shape: readonly number[], seed: number, options: AugmentationOptions): Augmentation | null {
  if (!options.flips && options.crops === 0) return null;
  if (shape.length === 3) {
    const [height, width, channels] = shape as [number, number, number];
    return new Augmentation(seed, { height, width, channels }, options);
  }
  throw new ShapeError('flips and crops are for images', { got: `examples of ${shape.join('x')}` });
}
