import { type ArrayExamples, BatchOrder, type Examples, sharedBuffer } from '../data/index.ts';
import { ShapeError, UsageError } from '../errors/index.ts';
import { areInMemory } from '../models/index.ts';
import { fillUniform } from '../random/index.ts';
import { hideInNoise } from './noise.ts';
import { type SignalPart, drawKey, parts } from './prior.ts';
import { type SignalTarget, type Signals, mergers, signalLength, signalTargets } from './signals.ts';
import { windowLength } from './windows.ts';

export type SnrRange = readonly [least: number, most: number];

export interface LoudnessOptions {
  readonly seed: number;
  /**
   * Least and most of the largest sample over the noise's standard deviation, uniform between them; for a curriculum a
   * function of the step, from 1. 1 to 3 unless given. (The optimal signal-to-noise ratio is some 13 times as large.)
   */
  readonly peakSnr?: SnrRange | ((step: number) => SnrRange);
}

export interface SignalExamplesOptions extends LoudnessOptions {
  /** what is to be learnt, in this order; final spin, omega_R and omega_I unless given */
  readonly targets?: readonly SignalTarget[];
}

const usualSnr: SnrRange = [1, 3];
export const usualTargets: readonly SignalTarget[] = ['finalSpin', 'omegaReal', 'omegaImaginary'];

/** of a window: samples, one detector */
export const windowShape = [windowLength, 1] as const;

/**
 * Signals in noise to train on: at each visit a signal is moved in its window, made as loud and put into noise as its seed,
 * the number of the visit and its place say, whichever rank asks, in whatever batches. Signals come in the order of
 * `BatchOrder`, each once per epoch.
 * @throws UsageError where targets are none
 */
export function gravitationExamples(signals: Signals, options: SignalExamplesOptions): Examples {
  return signalsInNoise(signalsAtRest(signals, options.targets), options);
}

/**
 * Clean signals and their targets, as arrays.
 * @returns inputs [count, length, 1], reals [count, targets], in their own units
 * @throws UsageError where targets are none
 */
export function signalsAtRest(
  { count, length, samples, labels }: Signals,
  targets: readonly SignalTarget[] = usualTargets,
): ArrayExamples {
  return { count, shape: [length, 1], inputs: samples, targets: targetsOf(labels, count, targets) };
}

/**
 * The same of signals at rest whose targets may have been encoded.
 * @param data as of `signalsAtRest`
 * @throws ShapeError where they are no signals
 */
export function signalsInNoise(data: ArrayExamples, { seed, peakSnr = usualSnr }: LoudnessOptions): Examples {
  const { count, shape, inputs, targets } = data;
  const width = targets.length / count;
  if (!areInMemory(inputs) || !(inputs instanceof Float32Array) || inputs.length !== count * signalLength) {
    throw new ShapeError('signals to put into noise', {
      got: `${count} of ${shape.join('x')}`,
      expected: `float32 in memory, ${signalLength} for each`,
    });
  }
  const order = new BatchOrder(seed, count);
  const visit = new Visit(inputs, { part: 'train', first: 0, seed });
  let indices = new Int32Array(0);
  return {
    count,
    input: { shape: windowShape, dtype: 'f32' },
    fill({ inputs: windows, targets: wanted }, { step, position }) {
      const examples = wanted.length / width;
      if (!(windows instanceof Float32Array && windows.length === examples * windowLength)) {
        throw new ShapeError('signals do not fit their batch', {
          got: `${windows.length} numbers for ${examples} signals`,
          expected: `${windowLength} float32 for each`,
        });
      }
      if (indices.length !== examples) indices = new Int32Array(examples);
      order.fill(indices, position);
      const range = typeof peakSnr === 'function' ? peakSnr(step) : peakSnr;
      for (let i = 0; i < examples; i++) {
        const [place, epoch] = [indices[i]!, Math.floor((position + i) / count)];
        visit.fill(windows.subarray(i * windowLength, (i + 1) * windowLength), place, epoch, range);
        for (let t = 0; t < width; t++) wanted[i * width + t] = targets[place * width + t]!;
      }
    },
  };
}

/**
 * The same with one visit to each signal, for validation and test: what is asked for twice is the same.
 * @throws UsageError where targets are none, DataError where the windows do not fit into memory
 */
export function heldOutSignals(
  signals: Signals,
  { seed, peakSnr = usualSnr, targets }: SignalExamplesOptions & { readonly peakSnr?: SnrRange },
): ArrayExamples {
  const { count, labels } = signals;
  const inputs = new Float32Array(sharedBuffer(`${count} windows`, count * windowLength * 4));
  fillWindows(inputs, signals, { seed, peakSnr, visit: 0 });
  return { count, shape: windowShape, inputs, targets: targetsOf(labels, count, targets) };
}

/**
 * A visit to each signal, in their order.
 * @param out [count, 8192]
 * @param options `visit`: its number, of which noise, loudness and place in the window are a function
 */
export function fillWindows(
  out: Float32Array,
  { part, first, count, samples }: Signals,
  { seed, peakSnr, visit: epoch }: { readonly seed: number; readonly peakSnr: SnrRange; readonly visit: number },
): void {
  const visit = new Visit(samples, { part, first, seed });
  for (let i = 0; i < count; i++) {
    visit.fill(out.subarray(i * windowLength, (i + 1) * windowLength), first + i, epoch, peakSnr);
  }
}

/**
 * How loud each of the held-out signals is: its largest sample over the noise's standard deviation.
 * @returns [count], as `heldOutSignals` of the same seed, part and range has them
 */
export function heldOutLoudness(count: number, { seed, part, peakSnr = usualSnr }: HeldOutOptions): Float64Array {
  const drawn = new Float32Array(2);
  return Float64Array.from({ length: count }, (_, place) => {
    drawVisit(drawn, seed, part, 0, place);
    return peakSnrOf(drawn, peakSnr);
  });
}

export interface HeldOutOptions {
  readonly seed: number;
  readonly part: SignalPart;
  readonly peakSnr?: SnrRange;
}

/** A signal in its window, moved, loud and in noise as the number of the visit says. */
class Visit {
  readonly #samples: Float32Array;
  readonly #part: SignalPart;
  readonly #first: number;
  readonly #seed: number;
  readonly #drawn = new Float32Array(2);

  constructor(
    samples: Float32Array,
    { part, first, seed }: Pick<Signals, 'part' | 'first'> & { readonly seed: number },
  ) {
    this.#samples = samples;
    this.#part = part;
    this.#first = first;
    this.#seed = seed;
  }

  fill(out: Float32Array, place: number, epoch: number, range: SnrRange): void {
    const [seed, layer] = [this.#seed, parts[this.#part]];
    drawVisit(this.#drawn, seed, this.#part, epoch, place);
    const moved = Math.floor(this.#drawn[0]! * (mergers[1] - mergers[0] + 1));
    const first = (place - this.#first) * signalLength + moved;
    const clean = this.#samples.subarray(first, first + windowLength);
    const peakSnr = peakSnrOf(this.#drawn, range);
    hideInNoise(out, clean, peakSnr, { seed, step: epoch, replica: 0, layer, example: place });
  }
}

/** Fills two numbers, uniform in 0 .. 1: how far a signal is moved at a visit, and how loud it is. */
function drawVisit(out: Float32Array, seed: number, part: SignalPart, epoch: number, place: number): void {
  fillUniform(out, drawKey(seed, visits + parts[part], epoch, place));
}

function peakSnrOf(drawn: Float32Array, [least, most]: SnrRange): number {
  return least + (most - least) * drawn[1]!;
}

/** Layers of the key below it are those of the parts' binaries. */
const visits = 16;

/** [count, names], of labels [count, 5]. */
function targetsOf(
  labels: ArrayLike<number>,
  count: number,
  names: readonly SignalTarget[] = usualTargets,
): Float32Array {
  const columns = names.map((name) => signalTargets.indexOf(name));
  if (columns.length === 0 || columns.includes(-1)) {
    throw new UsageError('targets of gravitational waves', {
      got: names.join(', ') || 'none',
      expected: `some of ${signalTargets.join(', ')}`,
    });
  }
  const targets = new Float32Array(sharedBuffer('their targets', count * columns.length * 4));
  for (let i = 0; i < count; i++) {
    for (const [t, column] of columns.entries()) {
      targets[i * columns.length + t] = labels[i * signalTargets.length + column]!;
    }
  }
  return targets;
}
