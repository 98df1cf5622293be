import { describe, expect, it } from 'vitest';
import { Graph, sizeOf } from '../../src/graph/index.ts';
import { buildModel, modelNames, modelOf } from '../../src/models/index.ts';

function parametersOf(name: string): Record<string, number[]> {
  const graph = new Graph();
  const model = modelOf(name);
  const x = graph.input('x', [2, ...model.inputShape], 'f32');
  const { parameters, logits } = buildModel(model, graph, x, 'training');
  expect(logits.shape).toEqual([2, 10]);
  return Object.fromEntries(parameters.map(({ tensor }) => [tensor.name, [...tensor.shape]]));
}

describe('models', () => {
  it('are the six of the original', () => {
    expect(modelNames).toEqual([
      'BNN_conv_flip',
      'BNN_conv_nonflip',
      'BNN_FC_flip',
      'BNN_FC_nonflip',
      'CNN_conv',
      'CNN_FC',
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

  // mean + untransformed scale + bias of the first layer, kernel + bias of the classifier
  it.each([
    ['BNN_conv_flip', 2 * 1600 + 64 + 125440 + 10],
    ['BNN_conv_nonflip', 2 * 1600 + 64 + 125440 + 10],
    ['BNN_FC_flip', 2 * 784 * 64 + 64 + 640 + 10],
    ['BNN_FC_nonflip', 2 * 784 * 64 + 64 + 640 + 10],
    ['CNN_conv', 1600 + 64 + 125440 + 10],
    ['CNN_FC', 784 * 64 + 64 + 640 + 10],
  ])('%s has %i parameters', (name, count) => {
    expect(Object.values(parametersOf(name)).reduce((sum, shape) => sum + sizeOf(shape), 0)).toBe(count);
  });

  it('says which names there are', () => {
    expect(() => modelOf('BNN_conv')).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: unknown model: got BNN_conv, expected BNN_conv_flip, BNN_conv_nonflip, BNN_FC_flip, BNN_FC_nonflip, CNN_conv, CNN_FC]`,
    );
  });
});
