import { type ArrayExamples, BatchOrder, type Examples, sharedBuffer } from '../data/index.ts';
import { ShapeError, UsageError } from '../errors/index.ts';
import { fillUniform } from '../random/index.ts';
import { hideInNoise } from './noise.ts';
import { drawKey, parts } from './prior.ts';
import { type SignalTarget, type Signals, mergers, signalTargets } from './signals.ts';
import { windowLength } from './windows.ts';

export interface SignalExamplesOptions {
  readonly seed: number;
  /**
   * Least and most of the largest sample over the noise's standard deviation, uniform between them; for a curriculum a
   * function of the step, from 1. 1 to 3 unless given. (The optimal signal-to-noise ratio is some 13 times as large.)
   */
  readonly peakSnr?: SnrRange | ((step: number) => SnrRange);
  /** what is to be learnt, in this order; final spin, omega_R and omega_I unless given */
  readonly targets?: readonly SignalTarget[];
}

export type SnrRange = readonly [least: number, most: number];

const usual = { peakSnr: [1, 3], targets: ['finalSpin', 'omegaReal', 'omegaImaginary'] } as const;

/** of a window: samples, one detector */
const shape = [windowLength, 1] as const;

/**
 * Signals in noise to train on: at each visit a signal is moved in its window, made as loud and put into noise as its seed,
 * the number of the visit and its place say, whichever rank asks, in whatever batches. Signals come in the order of
 * `BatchOrder`, each once per epoch.
 * @throws UsageError where targets are none
 */
export function gravitationExamples(signals: Signals, options: SignalExamplesOptions): Examples {
  const { seed, peakSnr = usual.peakSnr } = options;
  const columns = columnsOf(options.targets);
  const { count } = signals;
  const order = new BatchOrder(seed, count);
  const visit = new Visit(signals, seed);
  let indices = new Int32Array(0);
  return {
    count,
    input: { shape, dtype: 'f32' },
    fill({ inputs, targets }, { step, position }) {
      const examples = targets.length / columns.length;
      if (!(inputs instanceof Float32Array && inputs.length === examples * windowLength)) {
        throw new ShapeError('signals do not fit their batch', {
          got: `${inputs.length} numbers for ${examples} signals`,
          expected: `${windowLength} float32 for each`,
        });
      }
      if (indices.length !== examples) indices = new Int32Array(examples);
      order.fill(indices, position);
      const range = typeof peakSnr === 'function' ? peakSnr(step) : peakSnr;
      for (let i = 0; i < examples; i++) {
        const epoch = Math.floor((position + i) / count);
        visit.fill(inputs.subarray(i * windowLength, (i + 1) * windowLength), indices[i]!, epoch, range);
        labelsOf(signals, indices[i]!, columns, targets, i);
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
  { seed, peakSnr = usual.peakSnr, targets: names }: SignalExamplesOptions & { readonly peakSnr?: SnrRange },
): ArrayExamples {
  const { count } = signals;
  const columns = columnsOf(names);
  const visit = new Visit(signals, seed);
  const inputs = new Float32Array(sharedBuffer(`${count} windows`, count * windowLength * 4));
  const targets = new Float32Array(sharedBuffer('their targets', count * columns.length * 4));
  for (let i = 0; i < count; i++) {
    visit.fill(inputs.subarray(i * windowLength, (i + 1) * windowLength), i, 0, peakSnr);
    labelsOf(signals, i, columns, targets, i);
  }
  return { count, shape, inputs, targets };
}

/** A signal in its window, moved, loud and in noise as the number of the visit says. */
class Visit {
  readonly #signals: Signals;
  readonly #seed: number;
  readonly #drawn = new Float32Array(2);

  constructor(signals: Signals, seed: number) {
    this.#signals = signals;
    this.#seed = seed;
  }

  fill(out: Float32Array, place: number, epoch: number, [least, most]: SnrRange): void {
    const { samples, length, part } = this.#signals;
    const layer = parts[part];
    fillUniform(this.#drawn, drawKey(this.#seed, visits + layer, epoch, place));
    const moved = Math.floor(this.#drawn[0]! * (mergers[1] - mergers[0] + 1));
    const first = place * length + moved;
    const clean = samples.subarray(first, first + windowLength);
    const peakSnr = least + (most - least) * this.#drawn[1]!;
    hideInNoise(out, clean, peakSnr, { seed: this.#seed, step: epoch, replica: 0, layer, example: place });
  }
}

/** Layers of the key below it are those of the parts' binaries. */
const visits = 16;

function columnsOf(targets: readonly SignalTarget[] = usual.targets): number[] {
  const columns = targets.map((name) => signalTargets.indexOf(name));
  if (columns.length > 0 && !columns.includes(-1)) return columns;
  throw new UsageError('targets of gravitational waves', {
    got: targets.join(', ') || 'none',
    expected: `some of ${signalTargets.join(', ')}`,
  });
}

function labelsOf(
  { labels }: Signals,
  place: number,
  columns: readonly number[],
  targets: { [index: number]: number },
  row: number,
): void {
  for (const [i, column] of columns.entries()) {
    targets[row * columns.length + i] = labels[place * signalTargets.length + column]!;
  }
}
