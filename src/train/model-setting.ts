import { type DescribedModel, isMapping } from '../models/index.ts';
import { value } from './setting.ts';

const words = {
  kind: 'text',
  placeholder: 'NAME',
  about: 'the network: a name, or the path of a module; in a file also its layers and its likelihood',
  expected: 'the name of a model, the path of a module, or a mapping with layers and a likelihood',
} as const;

export const model = value<DescribedModel, DescribedModel>('BNN_conv_flip', words, (given) =>
  (typeof given === 'string' && given !== '') || isMapping(given) ? given : undefined,
);
