/** Gravitational waves: those that a run makes for itself, put into noise anew at each visit, and those in files. */
import { createHash } from 'node:crypto';
import type { ArrayExamples, DataSchema } from '../data/index.ts';
import { signalFilesAt, signalSchema, signalTargetsOf } from '../datasets/index.ts';
import { DataError, commandOf } from '../errors/index.ts';
import {
  type SignalPart,
  type Signals,
  type SnrRange,
  heldOutLoudness,
  heldOutSignals,
  levelAt,
  loudnessAt,
  makeSignals,
  signalLabels,
  signalsAtRest,
  usualPrior,
} from '../gravitation/index.ts';
import { type Checkpoint, type RunConfiguration, ownDataName } from '../train/index.ts';
import { schemaOf } from './description.ts';
import type { ExperimentData, Loading } from './experiment.ts';
import { storedSignals } from './gravitation-files.ts';
import { type DataInfo, infoOfSchema } from './info.ts';
import { ownData } from './own-data.ts';
import { shareOf } from './share.ts';

type DataSettings = RunConfiguration['data'];

/** Signals that are made to see whether they are made alike everywhere. */
const sampled = 8;

/**
 * @param checkpoint whose targets' units are taken
 * @throws UsageError where a part is no share of the signals, DataError where there are too few to standardise by, or files
 * are not as they should be
 */
export async function gravitationData(
  configuration: RunConfiguration,
  checkpoint: Checkpoint | null,
  loading: Loading | null,
): Promise<ExperimentData> {
  const { path } = configuration.data;
  if (path === null) return madeSignals(configuration, checkpoint, loading);
  const files = signalFilesAt(path);
  if (files !== null) return storedSignals({ path, ...files }, configuration, checkpoint, loading);
  // what else can be read by the names of a run's arrays
  if (checkpoint !== null) return ownData(configuration, checkpoint, loading);
  throw new DataError(`${path} holds no gravitational waves`, {
    expected: 'a folder with SNR_interval_0.h5 to SNR_interval_6.h5, or some of them',
    remedy: `Make one with ${commandOf('data', 'gw', '--out', [path])}; files of your own take --data.name ${ownDataName}`,
  });
}

/** Signals are made when they are first asked for. The parts have no binary in common. */
function madeSignals(
  { data, seed }: RunConfiguration,
  checkpoint: Checkpoint | null,
  loading: Loading | null,
): ExperimentData {
  const counts = {
    train: data.signals,
    validation: countOf('validation', data),
    test: countOf('test', data),
  };
  const schema = (checkpoint && schemaOf(checkpoint)) ?? schemaOfSignals(data, seed);
  const encoded = (examples: ArrayExamples, { labels }: Signals): ArrayExamples => ({
    ...examples,
    targets: signalTargetsOf(labels, schema),
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
    get loudness() {
      return heldOutLoudness(counts.test, { seed, part: 'test', peakSnr: data.peakSnr });
    },
    about: describePrior(data),
  };
}

/** Peak over optimal signal-to-noise ratio, of the noise that signals are whitened by: for people. */
const optimalPerPeak = 13;

function describePrior({ peakSnr }: DataSettings): string {
  const to = ([least, most]: readonly [number, number]) => `${least} to ${most}`;
  const { mass1, mass2, spin, largestRatio } = usualPrior;
  const optimal = peakSnr.map((peak) => Math.round(optimalPerPeak * peak)) as [number, number];
  return (
    `black holes of ${to(mass1)} and ${to(mass2)} solar masses, mass ratio up to ${largestRatio}, aligned spins ${to(spin)}; ` +
    `noise of advanced LIGO's design, peak SNR ${to(peakSnr)} (optimal about ${to(optimal)})`
  );
}

/** The loudness at each step: at first all are louder, over a share of the run they become as they are to be. */
export function curriculum(data: DataSettings, totalSteps: number): SnrRange | ((step: number) => SnrRange) {
  if (data.curriculum === 0) return data.peakSnr;
  return (step) => loudnessAt(data, shareOfCurriculum(data, step, totalSteps));
}

/** Which of the files, from loud to faint, a step is trained on. */
export function levels(data: DataSettings, totalSteps: number, count: number): (step: number) => number {
  if (data.curriculum === 0) return () => count - 1;
  return (step) => levelAt(shareOfCurriculum(data, step, totalSteps), count);
}

/** Of a curriculum's way, 0 to 1. */
function shareOfCurriculum({ curriculum: share }: DataSettings, step: number, totalSteps: number): number {
  return Math.min(1, step / (share * totalSteps));
}

/** Of the training part alone: means and deviations of its targets. */
function schemaOfSignals(
  { standardize, signals }: Pick<DataSettings, 'standardize' | 'signals'>,
  seed: number,
): DataSchema {
  return signalSchema('gravitational waves', signalLabels(signals, { seed, part: 'train' }), standardize);
}

/** What a network has to know of signals, whose units are not asked for. */
export function infoOfSignals(): DataInfo {
  return infoOfSchema(schemaOfSignals({ standardize: false, signals: 2 }, 0));
}

function countOf(part: 'validation' | 'test', data: DataSettings): number {
  return Math.round(shareOf(part, data[part], 'gravitational waves') * data.signals);
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
