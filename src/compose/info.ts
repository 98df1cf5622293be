import { type DataSchema, unitsOf } from '../data/index.ts';
import type { Units } from '../likelihoods/index.ts';
import type { InputEncoding, TargetInfo } from '../models/index.ts';

/** What a model has to know of its data: plain values, that threads are handed and checkpoints keep. */
export interface DataInfo {
  readonly input: InputEncoding;
  readonly targets: TargetInfo;
  /** how targets were standardised; null: not at all */
  readonly units: Units | null;
  /** how a user's own rows are encoded; null: a data set that is known by name */
  readonly schema: DataSchema | null;
}

/** What rows of one's own are, once they are encoded. */
export function infoOfSchema(schema: DataSchema): DataInfo {
  const { input, target } = schema;
  return {
    input: { shape: input.shape, dtype: input.dtype },
    targets: { kind: target.kind, names: target.classes ?? target.names },
    units: unitsOf(target),
    schema,
  };
}
