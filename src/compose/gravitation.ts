/** Gravitational waves that a run makes for itself: binaries of a prior, put into noise anew at each visit. */
import { createHash } from 'node:crypto';
import {
  type ArrayExamples,
  type DataSchema,
  type Table,
  columnOfCells,
  encodeTargets,
  fitTargets,
} from '../data/index.ts';
import { UsageError } from '../errors/index.ts';
import {
  type SignalPart,
  type Signals,
  type SnrRange,
  heldOutSignals,
  makeSignals,
  signalLabels,
  signalTargets,
  signalsAtRest,
  usualPrior,
  usualTargets,
  windowShape,
} from '../gravitation/index.ts';
import type { Checkpoint, RunConfiguration } from '../train/index.ts';
import { schemaOf } from './description.ts';
import type { ExperimentData, Loading } from './experiment.ts';
import { type DataInfo, infoOfSchema } from './info.ts';

type DataSettings = RunConfiguration['data'];

/** Signals that are made to see whether they are made alike everywhere. */
const sampled = 8;

/**
 * Signals are made when they are first asked for. The parts have no binary in common.
 * @param checkpoint whose targets' units are taken
 * @throws UsageError where a part is no share of the signals, DataError where there are too few to standardise by
 */
export async function gravitationData(
  { data, seed }: RunConfiguration,
  checkpoint: Checkpoint | null,
  loading: Loading | null,
): Promise<ExperimentData> {
  const counts = {
    train: data.signals,
    validation: share('validation', data.validation, data.signals),
    test: share('test', data.test, data.signals),
  };
  const schema = (checkpoint && schemaOf(checkpoint)) ?? schemaOfSignals(data, seed);
  const encoded = (examples: ArrayExamples, { labels, count }: Signals): ArrayExamples => ({
    ...examples,
    targets: encodeTargets(tableOf(labels, count), rowsTo(count), schema.target),
  });
  const made = (part: SignalPart): Signals => {
    if (part === 'train') loading?.note(`making ${counts.train} signals`);
    return makeSignals(counts[part], { seed, part });
  };
  const held = (part: 'validation' | 'test') =>
    once(() => {
      if (counts[part] === 0) return null;
      const signals = made(part);
      return encoded(heldOutSignals(signals, { seed, peakSnr: data.peakSnr }), signals);
    });
  const train = once(() => {
    const signals = made('train');
    return encoded(signalsAtRest(signals), signals);
  });
  const [validation, test, digest] = [held('validation'), held('test'), once(() => digestOf(counts, data, seed))];
  return {
    source: `${counts.train} binaries of seed ${seed}`,
    digest,
    info: infoOfSchema(schema),
    get sha256() {
      return digest();
    },
    get train() {
      return train();
    },
    get validation() {
      return validation();
    },
    get test() {
      return test();
    },
  };
}

/** The loudness at each step: at first all as loud as can be, over a share of the run ever fainter ones too. */
export function curriculum(
  { peakSnr, curriculum: fading }: DataSettings,
  totalSteps: number,
): SnrRange | ((step: number) => SnrRange) {
  const [least, most] = peakSnr;
  if (fading === 0) return peakSnr;
  return (step) => [most - (most - least) * Math.min(1, step / (fading * totalSteps)), most];
}

/** Of the training part alone: means and deviations of its targets. */
function schemaOfSignals(
  { standardize, signals }: Pick<DataSettings, 'standardize' | 'signals'>,
  seed: number,
): DataSchema {
  const table = tableOf(signalLabels(signals, { seed, part: 'train' }), signals);
  return {
    input: {
      ...{ shape: windowShape, dtype: 'f32', columns: null, unused: [], array: 'train_data', missing: 'error' },
      ...{ shift: null, scale: null },
    },
    target: fitTargets(table, rowsTo(signals), { names: usualTargets, task: 'reals', standardize }),
  };
}

/** The targets as columns, as those of a file are. */
function tableOf(labels: Float64Array, count: number): Table {
  const columns = usualTargets.map((name) => {
    const place = signalTargets.indexOf(name);
    return columnOfCells(name, count, (i) => labels[i * signalTargets.length + place]);
  });
  return { name: 'gravitational waves', count, columns, places: { unit: 'index', of: (row) => row } };
}

function rowsTo(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}

/** What a network has to know of signals, whose units are not asked for. */
export function infoOfSignals(): DataInfo {
  return infoOfSchema(schemaOfSignals({ standardize: false, signals: 2 }, 0));
}

function share(part: string, given: DataSettings['test'], signals: number): number {
  if (typeof given === 'number') return Math.round(given * signals);
  throw new UsageError(`data.${part} of gravitational waves`, { got: String(given), expected: 'a share, such as 0.1' });
}

/** What the signals follow from, and some of them: the sines of another machine may have other last bits. */
function digestOf(counts: object, { peakSnr }: DataSettings, seed: number): string {
  const { samples, labels } = makeSignals(sampled, { seed });
  const words = JSON.stringify({ counts, peakSnr, seed, prior: usualPrior, version: 1 });
  return createHash('sha256').update(words).update(samples).update(labels).digest('hex');
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
