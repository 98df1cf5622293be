/** The flags of the programs that credence succeeds, and the settings of credence that mean the same. docs/differences.md. */
import type { SettingPath } from '../configuration/index.ts';

export interface OriginalFlag {
  readonly name: string;
  readonly placeholder: string | null;
  readonly about: string;
  /** the setting that means the same; null where it takes more than a name (translate.ts) */
  readonly setting: SettingPath | null;
  /** whether only the CIFAR program has it */
  readonly isCifar?: true;
  /** or that for gravitational waves */
  readonly isWaves?: true;
}

/** Of the program for gravitational waves; what takes more than a name is in waves.ts. */
const waveFlags: readonly OriginalFlag[] = (
  [
    ['data_path', 'PATH', 'as --data: the folder with SNR_interval_0.h5', 'data.path'],
    ['alpha_KL', 'WEIGHT', 'as --kl.beta, of KL / batch (default: 1)', 'kl.beta'],
    ['fixed_var', 'NUMBER', 'standard deviation of the likelihood (default: 0.2)', null],
    ['vary_var', 'BOOLEAN', 'whether the network predicts it (default: False)', null],
    ['num_mc', 'COUNT', 'as --draws (default: 100)', 'draws'],
    ['num_iter', 'STEPS', 'as --iteration, dealt out to the ranks (default: 9000)', 'iteration'],
    ['batchsize', 'EXAMPLES', 'as --batchSize (default: 32)', 'batchSize'],
    ['TestIter', 'STEPS', 'as --evaluateEvery (default: 50)', 'evaluateEvery'],
    ['PrintStep', 'STEPS', 'as --printEvery (default: 50)', 'printEvery'],
    ['lr', 'RATE', 'as --learningRate (default: 0.0008)', 'learningRate'],
    ['toler', 'NUMBER', "stops as --stopAt does, so far from the original's relative errors", null],
    ['Model_Name', 'NAME', 'of the run folder (default: spin_GW_BNn_RUN)', null],
    ['Datasave_path', 'DIR', 'where it goes (default: ./)', null],
    ['Test_data', 'PATH', 'without effect: the file to test on is in data_path', null],
    ['hvd', 'BOOLEAN', 'without effect: ranks are what launch or --ranks say', null],
    ['pout', 'BOOLEAN', 'without effect', null],
    ['TestDataRun', 'BOOLEAN', 'without effect: the test part is always evaluated', null],
    ['TFseed', 'INTEGER', 'without effect there and here: --seed', null],
    ['train_logs', 'NAME', 'without effect', null],
    ['Re_Start', 'BOOLEAN', 'without effect there and here: --resume', null],
  ] as const
).map(([name, placeholder, about, setting]) => ({ name, placeholder, about, setting, isWaves: true }));

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
  {
    ...{ name: 'DATA_NAME', placeholder: 'NAME', setting: null, isCifar: true },
    about: 'CIFAR-10 or CIFAR-100, and its network (default: CIFAR-10)',
  },
  { name: 'DATA_PATH', placeholder: 'PATH', about: 'as --data', setting: 'data.path', isCifar: true },
  {
    ...{ name: 'subtract_pixel_mean', placeholder: null, setting: 'data.subtractPixelMean', isCifar: true },
    about: 'as --data.subtractPixelMean (default: True)',
  },
  {
    ...{ name: 'model_dir', placeholder: 'DIR', setting: null, isCifar: true },
    about: 'where the run folder goes (default: ./results/bayesian_neural_network/)',
  },
  {
    ...{ name: 'USE_EPOCH', placeholder: null, setting: null, isCifar: true },
    about: 'whether epochs counts, not iterations (default: False)',
  },
  { name: 'iterations', placeholder: 'STEPS', about: 'as --iteration (default: 100)', setting: null, isCifar: true },
  { name: 'num_monte_carlo', placeholder: 'COUNT', about: 'as --draws', setting: 'draws', isCifar: true },
  { name: 'eval_freq', placeholder: 'STEPS', about: 'as --evaluateEvery', setting: 'evaluateEvery', isCifar: true },
  { name: 'kl_regularizer', placeholder: 'WEIGHT', about: 'as --kl.beta', setting: 'kl.beta', isCifar: true },
  {
    ...{ name: 'plotting', placeholder: null, setting: null, isCifar: true },
    about: 'the posterior and its figure at every print_step: --savePosterior figures',
  },
  ...waveFlags,
  { name: 'num_intra', placeholder: 'COUNT', about: 'without effect: a rank is one thread', setting: null },
  { name: 'num_inter', placeholder: 'COUNT', about: 'without effect', setting: null },
  { name: 'kmp_blocktime', placeholder: 'MS', about: 'without effect: there is no OpenMP', setting: null },
  { name: 'kmp_affinity', placeholder: 'TEXT', about: 'without effect', setting: null },
];

/** Steps of the MNIST program where UseEpoch is False and nothing says how many. */
export const originalIteration = 8000;

/** What the CIFAR program does unless it is told otherwise, as settings; `DATA_NAME` chooses the data set and the network. */
export const cifarDefaults = {
  ...{ learningRate: 1e-4, batchSize: 128, epochs: 700, iteration: 100, printEvery: 10, draws: 80, evaluateEvery: 100 },
  savePosterior: 'weights',
};

export const withoutEffect: ReadonlySet<string> = new Set(['num_intra', 'num_inter', 'kmp_blocktime', 'kmp_affinity']);

/** What the program for gravitational waves does unless it is told otherwise. */
export const waveDefaults = {
  ...{ learningRate: 8e-4, batchSize: 32, iteration: 9000, draws: 100, evaluateEvery: 50, printEvery: 50 },
  ...{ warmupSteps: 100, learningRateDecay: 'none', kl: { per: 'batch', beta: 1 } },
} as const;

/** Mean relative errors of final spin, omega_R and omega_I at which it stops, as far as `toler` lets it. */
export const waveErrors = [0.09987275, 0.03561291, 0.03175599] as const;
