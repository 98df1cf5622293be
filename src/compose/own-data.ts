/** Data of one's own: a file, or a folder of pictures. */
import type { ArrayExamples, DataSchema } from '../data/index.ts';
import { openOwnData, readOwnInputs } from '../datasets/index.ts';
import { DataError, UsageError } from '../errors/index.ts';
import { isMapping, targetsOf } from '../models/index.ts';
import type { Checkpoint, RunConfiguration } from '../train/index.ts';
import { schemaOf, trainedOn } from './description.ts';
import type { ExperimentData, Loading } from './experiment.ts';
import { infoOfSchema } from './info.ts';

/**
 * @param checkpoint of a network that was trained on such data: other data than it was trained on are a test set as a whole,
 * encoded as its own were
 */
export async function ownData(
  configuration: RunConfiguration,
  checkpoint: Checkpoint | null,
  loading: Loading | null,
): Promise<ExperimentData> {
  const { data, seed, model } = configuration;
  const { path } = data;
  if (path === null) throw new UsageError('own data, and no file or folder of it', { expected: '--data PATH' });
  const schema = checkpoint && schemaOf(checkpoint);
  if (schema && checkpoint && trainedOn(checkpoint) !== path) {
    const options = { strict: data.strict, stream: data.stream, ...(loading && { onWarning: loading.note }) };
    const test = await wholeFile(path, schema, options);
    // whatever it is, it is not what the run was trained on
    const digest = () => 'other data';
    return { source: path, sha256: null, digest, info: infoOfSchema(schema), train: test, validation: null, test };
  }
  const likelihood = isMapping(model) ? model['likelihood'] : undefined;
  const task = data.task === 'auto' ? (targetsOf(likelihood, 'model.likelihood') ?? 'auto') : data.task;
  const opened = await openOwnData({
    ...{ path, target: data.target, inputs: data.inputs, test: data.test, validation: data.validation, task, seed },
    ...{ standardize: data.standardize, missing: data.missing, strict: data.strict },
    ...{ stream: data.stream, weights: data.weights },
    ...(loading && { onWarning: loading.note }),
  });
  return { ...opened, digest: () => opened.sha256, info: infoOfSchema(opened.schema) };
}

async function wholeFile(
  path: string,
  schema: DataSchema,
  options: Parameters<typeof readOwnInputs>[2],
): Promise<ArrayExamples> {
  const { count, shape, inputs, targets } = await readOwnInputs([path], schema, options);
  if (targets !== null) return { count, shape, inputs, targets };
  throw new DataError(`${path} has no targets to compare with`, {
    expected: schema.target.names.join(', '),
    remedy: 'Use credence predict for rows without them',
  });
}
