import { UsageError } from '../errors/index.ts';
import type { TrainingSettings } from './configuration.ts';

/** The numbers that follow from a configuration and the size of the training set. */
export interface Schedule {
  readonly totalSteps: number;
  readonly replicas: number;
  /** examples per replica and step */
  readonly batchSize: number;
  readonly slices: number;
  /** (replica, slice) pairs of a step: what is dealt to the ranks */
  readonly units: number;
  /** examples per slice */
  readonly sliceExamples: number;
  /** examples of all replicas in a step */
  readonly stepExamples: number;
}

/** Some memory is set aside for each step's time. */
const maximumSteps = 100_000_000;

/**
 * @param count examples in the training set
 * @throws UsageError when settings exclude each other, the batch is larger than the data or cannot be cut into the slices, or the steps are too many
 */
export function scheduleOf(configuration: TrainingSettings, count: number): Schedule {
  refuseCompression(configuration);
  const { replicas, batchSize, iteration, epochs } = configuration;
  const stepExamples = replicas * batchSize;
  if (stepExamples > count) {
    throw new UsageError('the batch is larger than the training set', {
      got: replicas === 1 ? `batchSize ${batchSize}` : `replicas ${replicas} x batchSize ${batchSize}`,
      expected: `at most ${count} examples`,
      remedy: 'Give a smaller --batchSize',
    });
  }
  const slices = configuration.slices ?? defaultSlices(batchSize);
  if (batchSize % slices !== 0) {
    throw new UsageError('slices must cut the batch into equal parts', {
      got: `batchSize ${batchSize}, slices ${slices}`,
      expected: 'slices that divide the batch size',
    });
  }
  const totalSteps = iteration ?? Math.max(1, Math.round((epochs * count) / stepExamples));
  if (totalSteps > maximumSteps) {
    throw new UsageError('the run would never end', {
      got: `${epochs} epochs of ${count} examples, ${totalSteps} steps`,
      expected: `at most ${maximumSteps} steps`,
      remedy: 'Give fewer --epochs or a larger --batchSize',
    });
  }
  const sliceExamples = batchSize / slices;
  return { totalSteps, replicas, batchSize, slices, units: replicas * slices, sliceExamples, stepExamples };
}

/** Sums that are rounded on their way depend on how the work is dealt out. */
function refuseCompression({ reduce, gradientCompression }: TrainingSettings): void {
  if (reduce === 'fast' || gradientCompression === 'none') return;
  throw new UsageError('compressed gradients cannot give the same bits on any number of ranks', {
    got: `gradientCompression ${gradientCompression} with reduce ${reduce}`,
    expected: 'reduce fast, or gradientCompression none',
    remedy: 'Add --reduce fast, or leave --gradientCompression away',
  });
}

/** A function of the batch size alone, so that a run is the same on every machine: two halves from 32 examples on. */
function defaultSlices(batchSize: number): number {
  return batchSize >= 32 && batchSize % 2 === 0 ? 2 : 1;
}
