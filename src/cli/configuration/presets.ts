const mnist = { name: 'mnist' };
const cifar10 = { name: 'cifar10', subtractPixelMean: true };
const cifar20 = { name: 'cifar100', labels: 'coarse', subtractPixelMean: true };
const cifar100 = { name: 'cifar100', subtractPixelMean: true };

/** A deep network learns little for epochs where the posterior starts as wide as TFP's layers do (bench/RESULTS.md). */
const narrow = { initialScale: -5 };

/**
 * What suits the networks for gravitational waves (bench/RESULTS.md, section "Gravitational waves"): signals are loud at first,
 * the posterior starts narrow, as in all deep networks, and the prior of a layer is as wide as its fan-in allows, so that weights
 * that nothing is known of do no harm. The KL grows while the network learns to hear.
 */
const gw = {
  ...{ data: { name: 'gw', curriculum: 0.4 }, batchSize: 32, learningRate: 0.0007, warmupSteps: 200 },
  ...{ prior: { fanIn: true }, kl: { schedule: 'linear', steps: 3000 } },
  ...{ learningRateDecay: 'cosine', clipNorm: 10, initialScale: -6, checkpointEvery: 250 },
};

/** What a preset changes of the defaults. */
export const presets: Readonly<Record<string, object>> = {
  mnist: { model: 'BNN_conv_flip', data: mnist },
  'fashion-mnist': { model: 'BNN_conv_flip', data: { name: 'fashion-mnist' } },
  cifar10: { model: 'CIFAR10_BNN_model', data: cifar10, epochs: 5, ...narrow },
  'cifar10-annealed': {
    ...{ model: 'CIFAR10_BNN_model', data: cifar10, epochs: 8, ...narrow },
    ...{ learningRateDecay: 'cosine', kl: { schedule: 'linear' } },
  },
  cifar20: { model: 'CIFAR20_BNN_model', data: cifar20, ...narrow },
  cifar100: { model: 'CIFAR100_BNN_model', data: cifar100, ...narrow },
  gw: { model: 'GW_BNN', ...gw },
};

/** What a model changes of the defaults, where its name alone is given: the data that it is made for, at the least. */
export const settingsOfModel: Readonly<Record<string, { readonly data: object }>> = {
  CIFAR10_BNN_model: { data: cifar10 },
  CIFAR10_CNN_model: { data: cifar10 },
  CIFAR20_BNN_model: { data: cifar20 },
  CIFAR20_CNN_model: { data: cifar20 },
  CIFAR100_BNN_model: { data: cifar100 },
  CIFAR100_CNN_model: { data: cifar100 },
  GW_BNN: gw,
  GW_BNN_full: gw,
};
