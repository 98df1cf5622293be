import type { OperationName } from '../../graph/index.ts';
import type { BindTable } from './binding.ts';
import { convolution } from './convolution.ts';
import { elementwise } from './elementwise.ts';
import { gather } from './gather.ts';
import { likelihood } from './likelihood.ts';
import { linear } from './linear.ts';
import { noise } from './noise.ts';
import { pooling } from './pooling.ts';
import { prediction } from './prediction.ts';
import { structure } from './structure.ts';
import { update } from './update.ts';

/** Every operation, computed in the most obvious way. */
export const referenceTable: BindTable<OperationName> = {
  ...elementwise,
  ...structure,
  ...gather,
  ...linear,
  ...pooling,
  ...convolution,
  ...likelihood,
  ...prediction,
  ...noise,
  ...update,
};
