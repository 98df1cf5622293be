const mnist = { name: 'mnist' };
const cifar10 = { name: 'cifar10', subtractPixelMean: true };
const cifar20 = { name: 'cifar100', labels: 'coarse', subtractPixelMean: true };
const cifar100 = { name: 'cifar100', subtractPixelMean: true };

/** A deep network learns little for epochs where the posterior starts as wide as TFP's layers do (bench/RESULTS.md). */
const narrow = { initialScale: -5 };

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
};

/** The data set that a model is made for, where its name alone is given and the default is another. */
export const dataOfModel: Readonly<Record<string, object>> = {
  CIFAR10_BNN_model: cifar10,
  CIFAR10_CNN_model: cifar10,
  CIFAR20_BNN_model: cifar20,
  CIFAR20_CNN_model: cifar20,
  CIFAR100_BNN_model: cifar100,
  CIFAR100_CNN_model: cifar100,
};
