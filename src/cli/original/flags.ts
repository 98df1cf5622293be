/** The flags of the system that credence succeeds: original-system's names, credence's settings. docs/differences.md. */
import type { SettingPath } from '../configuration/index.ts';

export interface OriginalFlag {
  readonly name: string;
  readonly placeholder: string | null;
  readonly about: string;
  /** the setting that means the same; null where it takes more than a name (translate.ts) */
  readonly setting: SettingPath | null;
}

export const originalFlags: readonly OriginalFlag[] = [
  { name: 'data_dir', placeholder: 'PATH', about: 'mnist.npz, or a folder: as --data', setting: 'data.path' },
  {
    name: 'model_data',
    placeholder: 'DIR',
    about: 'where Result_<type>_ConvFlag_<model> goes (default: ./results/)',
    setting: null,
  },
  { name: 'batch_size', placeholder: 'EXAMPLES', about: 'as --batchSize', setting: 'batchSize' },
  { name: 'print_step', placeholder: 'STEPS', about: 'as --printEvery', setting: 'printEvery' },
  { name: 'UseEpoch', placeholder: null, about: 'whether epochs counts, not iteration (default: True)', setting: null },
  { name: 'learning_rate', placeholder: 'RATE', about: 'as --learningRate', setting: 'learningRate' },
  { name: 'model_type', placeholder: 'NAME', about: 'BNN or CNN (default: BNN)', setting: null },
  { name: 'cnnConv', placeholder: 'NAME', about: 'the model if model_type is CNN (default: CNN_conv)', setting: null },
  {
    name: 'bnnConv',
    placeholder: 'NAME',
    about: 'the model if model_type is BNN (default: BNN_conv_flip)',
    setting: null,
  },
  { name: 'num_intra', placeholder: 'COUNT', about: 'without effect: a rank is one thread', setting: null },
  { name: 'num_inter', placeholder: 'COUNT', about: 'without effect', setting: null },
  { name: 'kmp_blocktime', placeholder: 'MS', about: 'without effect: there is no OpenMP', setting: null },
  { name: 'kmp_affinity', placeholder: 'TEXT', about: 'without effect', setting: null },
];

/** Steps of the original where UseEpoch is False and nothing says how many. */
export const originalIteration = 8000;

export const withoutEffect: ReadonlySet<string> = new Set(['num_intra', 'num_inter', 'kmp_blocktime', 'kmp_affinity']);
