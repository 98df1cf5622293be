/** What a checkpoint says of itself beside its tensors: enough to predict with it, and to see that a run goes on as it began. */
import type { DataSchema } from '../data/index.ts';
import { CheckpointError } from '../errors/index.ts';
import { type InputEncoding, isMapping } from '../models/index.ts';
import type { Checkpoint } from '../train/index.ts';
import type { Experiment } from './experiment.ts';

/** Plain JSON, once it is written: the digest of the data is taken with the first checkpoint. */
export function describe({ configuration, model, data, moduleSha256 }: Experiment): Record<string, unknown> {
  return {
    configuration,
    network: { model: configuration.model, ...(moduleSha256 !== null && { sha256: moduleSha256 }) },
    likelihood: model.likelihood.kind,
    data: {
      source: data.source,
      get sha256() {
        return data.digest();
      },
      examples: data.train.count,
      ...(data.info.schema && { schema: data.info.schema }),
    },
    ...encodePixelMean(model.input),
  };
}

/** The mean image: float32, little-endian, as base64. */
function encodePixelMean({ dtype, shift }: InputEncoding): { readonly pixelMean?: string } {
  if (dtype !== 'u8' || !shift) return {};
  return { pixelMean: Buffer.from(Float32Array.from(shift).buffer).toString('base64') };
}

/**
 * The mean image that a checkpoint's network was trained without.
 * @returns [height, width, channels], in units of 1; null: it was given the images as they are
 */
export function pixelMeanOf({ state }: Pick<Checkpoint, 'state'>): Float32Array | null {
  const { pixelMean } = state;
  if (typeof pixelMean !== 'string') return null;
  const bytes = Uint8Array.from(Buffer.from(pixelMean, 'base64'));
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
}

/** How a checkpoint's network was given the rows of its user; null: it was trained on a set that is known by name. */
export function schemaOf({ state }: Pick<Checkpoint, 'state'>): DataSchema | null {
  const { data } = state;
  if (!isMapping(data) || !isMapping(data['schema'])) return null;
  // written by `describe`, and watched by the checkpoint's own hash
  return data['schema'] as unknown as DataSchema;
}

/** Where its training data came from; null where it does not say. */
export function trainedOn({ state }: Pick<Checkpoint, 'state'>): string | null {
  const { data } = state;
  return isMapping(data) && typeof data['source'] === 'string' ? data['source'] : null;
}

/** Whether data are those that a checkpoint was trained on; null: it is of an earlier version, which does not say. */
export function isOfOwnData({ state }: Pick<Checkpoint, 'state'>, { data }: Pick<Experiment, 'data'>): boolean | null {
  const recorded = isMapping(state['data']) ? state['data']['sha256'] : undefined;
  return typeof recorded === 'string' ? recorded === data.digest() : null;
}

/** @throws CheckpointError where a run would go on with other data, or another module */
export function assertSame(checkpoint: Checkpoint, experiment: Experiment): void {
  const now = describe(experiment);
  const before = checkpoint.state;
  if (before['pixelMean'] !== now['pixelMean']) {
    throw new CheckpointError('the mean image of the training set is not that of the run', {
      expected: 'the training set with which the run began',
      remedy: 'Give its path with --data',
    });
  }
  const own = isMapping(before['data']) ? before['data'] : {};
  if (isOfOwnData(checkpoint, experiment) === false) {
    throw new CheckpointError('the data are not those with which the run began', {
      got: `${experiment.data.source}, sha256 ${experiment.data.digest()}`,
      expected: `sha256 ${String(own['sha256'])}`,
      remedy: 'Give the path of the same file with --data, or start a new run',
    });
  }
  const network = isMapping(before['network']) ? before['network'] : {};
  if (experiment.moduleSha256 !== null && network['sha256'] !== experiment.moduleSha256) {
    throw new CheckpointError('the module of the model is not that with which the run began', {
      got: `sha256 ${experiment.moduleSha256}`,
      expected: `sha256 ${String(network['sha256'])}`,
      remedy: 'Bring back the module as it was, or start a new run',
    });
  }
}
