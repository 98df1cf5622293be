/** From the `model` of a configuration to a model: the one place where a name becomes a network. */
import { UsageError } from '../errors/index.ts';
import { type Likelihood, type Predictive, type Units, categorical, normal, poisson } from '../likelihoods/index.ts';
import { type InputEncoding, type Model, networkOf } from '../models/index.ts';

/** What a model has to know of its data: plain values, that threads are handed and checkpoints keep. */
export interface DataInfo {
  readonly input: InputEncoding;
  readonly targets: {
    readonly kind: 'classes' | 'reals' | 'counts';
    /** of the classes, or of the targets */
    readonly names: readonly string[];
  };
  /** how targets were standardised; null: not at all */
  readonly units: Units | null;
}

/**
 * @throws UsageError where there is no such model
 * @throws ShapeError where a layer does not fit the data, once it is built
 */
export async function modelFor(model: RunModel, info: DataInfo): Promise<Model<Predictive>> {
  if (typeof model !== 'string') throw new UsageError('a model that is no name');
  return namedModel(model, info);
}

/** @throws UsageError listing the names */
export function namedModel(name: string, info: DataInfo): Model<Predictive> {
  const likelihood = usualLikelihood(info);
  return { name, input: info.input, network: networkOf(name)(likelihood.outputs), likelihood, units: info.units };
}

type RunModel = string;

/** The likelihood of targets of this kind, where nothing is said. */
export function usualLikelihood({ targets: { kind, names } }: Pick<DataInfo, 'targets'>): Likelihood<Predictive> {
  switch (kind) {
    case 'classes':
      return categorical(names.length);
    case 'reals':
      return normal({ noise: 'learned', targets: names.length });
    case 'counts':
      return poisson({ targets: names.length });
  }
}
