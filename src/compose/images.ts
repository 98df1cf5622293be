/** Data sets of images that are known by name. */
import { createHash } from 'node:crypto';
import { type ImageSet, imageExamples, pixelMean, splitImages } from '../data/index.ts';
import { type DatasetName, datasetNames, definitionOf, loadDataset } from '../datasets/index.ts';
import { UsageError } from '../errors/index.ts';
import type { Checkpoint, RunConfiguration } from '../train/index.ts';
import { pixelMeanOf } from './description.ts';
import type { ExperimentData, Loading } from './experiment.ts';
import type { DataInfo } from './info.ts';
import { shareOf } from './share.ts';

type DataSettings = RunConfiguration['data'];

/** What such a set is, without a look at its files. */
export function infoOfImages(data: DataSettings): DataInfo {
  const { height, width, channels, classes } = definitionOf(published(data));
  const names = Array.from({ length: classes }, (_, c) => String(c));
  const input = { shape: [height, width, channels], dtype: 'u8' } as const;
  return { input, targets: { kind: 'classes', names }, units: null, schema: null };
}

/** @throws UsageError where the name is none */
function published(data: DataSettings): DataSettings & { readonly name: DatasetName } {
  const name = datasetNames.find((known) => known === data.name);
  if (name !== undefined) return { ...data, name };
  throw new UsageError(`data ${data.name}`, { expected: `one of ${datasetNames.join(', ')}` });
}

/** @throws UsageError where the validation part is no share, DataError where the data are not there */
export async function imageData(
  { data, seed }: RunConfiguration,
  checkpoint: Checkpoint | null,
  loading: Loading | null,
): Promise<ExperimentData> {
  const dataset = await loadDataset({
    ...published(data),
    ...(loading && { onProgress: loading.fetching, onWarning: loading.note }),
  });
  const info = infoOfImages(data);
  const { train, validation } = splitImages(dataset.train, shareOf('validation', data.validation, data.name), seed);
  const shift = checkpoint ? pixelMeanOf(checkpoint) : data.subtractPixelMean ? pixelMean(train) : null;
  let digest: string | null = null;
  return {
    source: dataset.source,
    sha256: null,
    digest: () => (digest ??= digestOf([dataset.train, dataset.test])),
    info: { ...info, input: { ...info.input, shift } },
    validation: validation && imageExamples(validation),
    get train() {
      return imageExamples(train);
    },
    get test() {
      return imageExamples(dataset.test);
    },
  };
}

function digestOf(sets: readonly ImageSet[]): string {
  const hash = createHash('sha256');
  for (const { images, labels } of sets) hash.update(images).update(labels);
  return hash.digest('hex');
}
