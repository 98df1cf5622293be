/** Gravitational waves in files: windows that hold their noise, from loud to faint. */
import { createHash } from 'node:crypto';
import type { ArrayExamples } from '../data/index.ts';
import {
  type SignalFiles,
  type StoredSignals,
  joinedSignals,
  readSignalFile,
  signalSchema,
  signalTargetsOf,
} from '../datasets/index.ts';
import { DataError } from '../errors/index.ts';
import { signalTargets, windowShape } from '../gravitation/index.ts';
import type { Checkpoint, RunConfiguration } from '../train/index.ts';
import { schemaOf } from './description.ts';
import type { ExperimentData, Loading } from './experiment.ts';
import { infoOfSchema } from './info.ts';
import { shareOf } from './share.ts';

/**
 * Training goes through the files one after the other; validation is the end of the file to test on.
 * @param checkpoint of a run that is evaluated or goes on: its targets' units are taken
 */
export async function storedSignals(
  { path, train, test }: SignalFiles & { readonly path: string },
  { data }: RunConfiguration,
  checkpoint: Checkpoint | null,
  loading: Loading | null,
): Promise<ExperimentData> {
  const options = { stream: data.stream, ...(loading && { onWarning: loading.note }) };
  const ofRun = checkpoint && schemaOf(checkpoint);
  if (train.length === 0 && ofRun === null) {
    throw new DataError(`${path} holds nothing to train on`, {
      got: test ?? 'nothing',
      expected: 'SNR_interval_0.h5 to SNR_interval_6.h5, or some of them',
    });
  }
  const held = test === null ? null : await readSignalFile(test, options);
  const files: StoredSignals[] = [];
  for (const file of train) files.push(await readSignalFile(file, options));
  // of an evaluation, which trains on nothing
  const all = files.length > 0 ? files : held === null ? [] : [held];
  const { inputs, labels } = joinedSignals(all);
  const schema = ofRun ?? signalSchema(path, labels, data.standardize);
  const examples = (windows: ArrayExamples['inputs'], own: Float64Array): ArrayExamples => ({
    ...{ count: own.length / signalTargets.length, shape: windowShape, inputs: windows },
    targets: signalTargetsOf(own, schema),
  });
  const part = (first: number, end: number): ArrayExamples | null => {
    if (held === null || first >= end) return null;
    const own = held.labels.subarray(first * signalTargets.length, end * signalTargets.length);
    return examples(held.rows(first, end), own);
  };
  const tested = held === null ? 0 : held.count - validated(data, held.count);
  const sums = [...files, ...(held === null ? [] : [held])].map((file) => file.sha256);
  const sha256 = createHash('sha256').update(sums.join()).digest('hex');
  return {
    source: path,
    sha256,
    digest: () => sha256,
    info: infoOfSchema(schema),
    train: { ...examples(inputs, labels), stages: all.map((file) => file.count) },
    validation: part(tested, held?.count ?? 0),
    test: part(0, tested),
  };
}

/** How many windows of the file to test on are kept for validation. */
function validated({ validation }: RunConfiguration['data'], count: number): number {
  const share = shareOf('validation', validation, 'gravitational waves', 'a share of the file to test on, such as 0.1');
  return Math.min(count - 1, Math.round(share * count));
}
