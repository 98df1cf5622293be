import type { Units } from '../likelihoods/index.ts';
import type { InputEncoding, TargetInfo } from '../models/index.ts';

/** What a model has to know of its data: plain values, that threads are handed and checkpoints keep. */
export interface DataInfo {
  readonly input: InputEncoding;
  readonly targets: TargetInfo;
  /** how targets were standardised; null: not at all */
  readonly units: Units | null;
}
