import { describe, expect, it } from 'vitest';
import { Graph, sizeOf } from '../../src/graph/index.ts';
import { buildNetwork, modelNames, networkOf } from '../../src/models/index.ts';
import { categorical } from '../../src/likelihoods/index.ts';
import { type Layer, denseFlipout, heads, sequential } from '../../src/layers/index.ts';
import { classifier, modelNamed } from '../support/model.ts';

function parametersOf(name: string): Record<string, number[]> {
  const graph = new Graph();
  const model = modelNamed(name);
  const { parameters, outputs } = buildNetwork(model, graph, 2, 'training');
  expect(outputs.shape).toEqual([2, model.likelihood.outputs]);
  return Object.fromEntries(parameters.map(({ tensor }) => [tensor.name, [...tensor.shape]]));
}

describe('models', () => {
  it('are the seven of the original, those for CIFAR beside them, that for tables, and those for signals', () => {
    expect(modelNames).toEqual([
      'BNN_conv_flip',
      'BNN_conv_nonflip',
      'BNN_FC_flip',
      'BNN_FC_nonflip',
      'CNN_conv',
      'CNN_FC',
      'CIFAR10_BNN_model',
      'CIFAR10_CNN_model',
      'CIFAR20_BNN_model',
      'CIFAR20_CNN_model',
      'CIFAR100_BNN_model',
      'CIFAR100_CNN_model',
      'BNN_table',
      'GW_BNN',
      'GW_BNN_full',
    ]);
  });

  it('BNN_conv_flip has a posterior over its convolution and a deterministic classifier', () => {
    expect(parametersOf('BNN_conv_flip')).toEqual({
      'conv2dFlipout/kernel/mean': [5, 5, 1, 64],
      'conv2dFlipout/kernel/untransformedScale': [5, 5, 1, 64],
      'conv2dFlipout/bias': [64],
      'dense/kernel': [12544, 10],
      'dense/bias': [10],
    });
  });

  it('CIFAR10_BNN_model has a posterior over every kernel', () => {
    const kernels = Object.entries(parametersOf('CIFAR10_BNN_model')).filter(([name]) => name.endsWith('/mean'));
    expect(Object.fromEntries(kernels)).toEqual({
      'conv2dFlipout/kernel/mean': [3, 3, 3, 32],
      'conv2dFlipout_1/kernel/mean': [3, 3, 32, 32],
      'conv2dFlipout_2/kernel/mean': [3, 3, 32, 64],
      'conv2dFlipout_3/kernel/mean': [3, 3, 64, 64],
      'conv2dFlipout_4/kernel/mean': [3, 3, 64, 128],
      'conv2dFlipout_5/kernel/mean': [3, 3, 128, 128],
      'denseFlipout/kernel/mean': [2048, 128],
      'denseFlipout_1/kernel/mean': [128, 10],
    });
    expect(Object.keys(parametersOf('CIFAR10_BNN_model'))).toHaveLength(3 * kernels.length);
  });

  // mean + untransformed scale + bias of the first layer, kernel + bias of the classifier
  it.each([
    ['BNN_conv_flip', 2 * 1600 + 64 + 125440 + 10],
    ['BNN_conv_nonflip', 2 * 1600 + 64 + 125440 + 10],
    ['BNN_FC_flip', 2 * 784 * 64 + 64 + 640 + 10],
    ['BNN_FC_nonflip', 2 * 784 * 64 + 64 + 640 + 10],
    ['CNN_conv', 1600 + 64 + 125440 + 10],
    ['CNN_FC', 784 * 64 + 64 + 640 + 10],
    // The count of section 2 of the original's description: 2 x 549,984 weights and 586 biases.
    ['CIFAR10_BNN_model', 1_100_554],
    ['CIFAR10_CNN_model', 549_984 + 586],
    ['CIFAR20_BNN_model', 1_100_554 + 10 * (2 * 128 + 1)],
    ['CIFAR20_CNN_model', 549_984 + 586 + 10 * 129],
    ['CIFAR100_BNN_model', 1_100_554 + 90 * (2 * 128 + 1)],
    ['CIFAR100_CNN_model', 549_984 + 586 + 90 * 129],
  ])('%s has %i parameters', (name, count) => {
    expect(Object.values(parametersOf(name)).reduce((sum, shape) => sum + sizeOf(shape), 0)).toBe(count);
  });

  it.each(modelNames.filter((name) => !name.startsWith('GW')))(
    '%s takes images of any size, and of any number of classes',
    (name) => {
      // 28x28 through three pools that pad: 14, 7, 4
      for (const shape of [
        [28, 28, 1],
        [33, 20, 4],
      ]) {
        const model = modelNamed(name, { shape, classes: 7 });
        expect(buildNetwork(model, new Graph(), 3, 'training').outputs.shape).toEqual([3, 7]);
      }
    },
  );

  it('a network that is one layer has it in a scope of its own', () => {
    const name = (layer: Layer) => {
      const { parameters, posteriors } = buildNetwork(
        classifier('one', layer, { shape: [4] }),
        new Graph(),
        2,
        'training',
      );
      return [parameters[0]!.tensor.name, posteriors[0]!.layer];
    };
    const layer = denseFlipout({ units: 10 });
    expect(name(layer)).toEqual(['denseFlipout/kernel/mean', 'denseFlipout']);
    expect(name(sequential(layer))).toEqual(['denseFlipout/kernel/mean', 'denseFlipout']);
    expect(name(heads({ all: layer }))).toEqual(['heads/all/kernel/mean', 'heads/all']);
  });

  it('a convolution refuses rows of a table', () => {
    const model = modelNamed('CIFAR10_BNN_model', { shape: [13] });
    expect(() => buildNetwork(model, new Graph(), 3, 'training')).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv2dFlipout works on batch x height x width x channels: got 3x13]`,
    );
  });

  it('refuses a likelihood that reads another number of outputs', () => {
    const model = { ...modelNamed('CNN_FC'), likelihood: categorical(3) };
    expect(() => buildNetwork(model, new Graph(), 3, 'training')).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: the network does not fit its categorical likelihood: got outputs of 3x10, expected 3x3: 3 per example. Change the last layer, or the likelihood]`,
    );
  });

  it('says which names there are', () => {
    expect(() => networkOf('BNN_conv')).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: unknown model: got BNN_conv, expected BNN_conv_flip, BNN_conv_nonflip, BNN_FC_flip, BNN_FC_nonflip, CNN_conv, CNN_FC, CIFAR10_BNN_model, CIFAR10_CNN_model, CIFAR20_BNN_model, CIFAR20_CNN_model, CIFAR100_BNN_model, CIFAR100_CNN_model, BNN_table, GW_BNN, GW_BNN_full. Did you mean CNN_conv?]`,
    );
  });
});
