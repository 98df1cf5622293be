/**
 * Normalisation within each example. There is no batch normalisation: its statistics are those of a batch, so they tie
 * examples, replicas, slices and draws of the weights together, and a result would depend on who shares the batch and
 * on the number of slices that it is computed in.
 */
import { ShapeError, UsageError } from '../errors/index.ts';
import { type Graph, type Tensor, formatShape, sizeOf } from '../graph/index.ts';
import type { Layer, LayerContext } from './layer.ts';

/** Added to a variance, as in Keras. */
const varianceOffset = 1e-3;
/** Added to a mean square (Singh and Krishnan 2020, section 3.1). */
const squareOffset = 1e-6;

/**
 * scale (x - mean) / sqrt(variance + 1e-3) + offset, mean and variance over the last axis (Ba et al. 2016, arXiv
 * 1607.06450; the axis and the 1e-3 are those of Keras). x [batch, ..., channels], of the same shape behind it; `scale` and
 * `offset` [channels] are learned, from 1 and 0.
 */
export function layerNormalization(): Layer {
  return {
    kind: 'layerNormalization',
    build(x, context) {
      const { graph } = context;
      const channels = channelsOf('layerNormalization', x);
      const [scale, offset] = affine(context, channels);
      const repeat = (tensor: Tensor) => repeatLast(graph, tensor, x);
      const centred = graph.apply('subtract', [x, repeat(meanOfLast(graph, x))], {}, 'centred')[0]!;
      const variance = meanOfLast(graph, graph.apply('square', [centred], {})[0]!);
      const normal = graph.apply('divide', [centred, repeat(root(graph, variance, varianceOffset))], {}, 'normal')[0]!;
      return shifted(graph, graph.apply('multiply', [normal, scale], {}, 'scaled')[0]!, offset);
    },
  };
}

export interface GroupNormalizationOptions {
  /** into how many groups the channels are cut; each has a mean and a variance of its own */
  readonly groups: number;
}

/**
 * The same with mean and variance over the positions and the channels of a group (Wu and He 2018, arXiv 1803.08494).
 * x [batch, ..., channels], of the same shape behind it; `scale` and `offset` [channels] are learned, from 1 and 0.
 */
export function groupNormalization({ groups }: GroupNormalizationOptions): Layer {
  if (!Number.isInteger(groups) || groups < 1) {
    throw new UsageError('groupNormalization, groups', { got: String(groups), expected: 'a whole number from 1 on' });
  }
  return {
    kind: 'groupNormalization',
    build(x, context) {
      const { graph } = context;
      const channels = channelsOf('groupNormalization', x);
      if (channels % groups !== 0) {
        throw new ShapeError('groupNormalization cuts the channels into equal groups', {
          got: `${channels} channels`,
          expected: `a multiple of ${groups}`,
        });
      }
      const [scale, offset] = affine(context, channels);
      const grouped = [x.shape[0]!, groups, channels / groups];
      /** [batch, channels], the mean of its group at each channel */
      const meanOfGroups = (tensor: Tensor) => {
        const sums = meanOfPositions(graph, tensor);
        const groupsOf = graph.apply('reshape', [sums], { shape: grouped })[0]!;
        const repeated = repeatLast(graph, meanOfLast(graph, groupsOf), groupsOf);
        return graph.apply('reshape', [repeated], { shape: sums.shape })[0]!;
      };
      const mean = repeatPositions(graph, meanOfGroups(x), x);
      const centred = graph.apply('subtract', [x, mean], {}, 'centred')[0]!;
      const variance = meanOfGroups(graph.apply('square', [centred], {})[0]!);
      const gain = gainOf(graph, scale, root(graph, variance, varianceOffset));
      const scaled = graph.apply('multiply', [centred, repeatPositions(graph, gain, x)], {}, 'scaled')[0]!;
      return shifted(graph, scaled, offset);
    },
  };
}

/**
 * max(scale x / sqrt(nu^2 + 1e-6) + offset, threshold), nu^2 the mean square of each channel over the positions (Singh and
 * Krishnan 2020, arXiv 1911.09737, equations 1 to 3): a normalisation and an activation in one, for layers that have
 * none. x [batch, length, channels] or [batch, height, width, channels], of the same shape behind it; `scale`, `offset`
 * and `threshold` [channels] are learned, from 1, 0 and 0.
 */
export function filterResponseNormalization(): Layer {
  return {
    kind: 'filterResponseNormalization',
    build(x, context) {
      const { graph } = context;
      if (x.shape.length < 3) {
        throw new ShapeError('filterResponseNormalization works on batch x positions x channels', {
          got: formatShape(x.shape),
          remedy: 'Without positions use layerNormalization',
        });
      }
      const [scale, offset] = affine(context, channelsOf('filterResponseNormalization', x));
      const threshold = context.parameter('threshold', offset.shape, { kind: 'zeros' });
      const square = meanOfPositions(graph, graph.apply('square', [x], {})[0]!);
      const gain = repeatPositions(graph, gainOf(graph, scale, root(graph, square, squareOffset)), x);
      const scaled = graph.apply('multiply', [x, gain], {}, 'scaled')[0]!;
      // max(z + offset, threshold) = relu(z + (offset - threshold)) + threshold
      const above = graph.apply('subtract', [offset, threshold], {}, 'aboveThreshold')[0]!;
      const rectified = graph.apply('relu', [shifted(graph, scaled, above)], {}, 'rectified')[0]!;
      return shifted(graph, rectified, threshold);
    },
  };
}

function channelsOf(kind: string, { shape }: Tensor): number {
  if (shape.length < 2) throw new ShapeError(`${kind} works on batch x ... x channels`, { got: formatShape(shape) });
  return shape[shape.length - 1]!;
}

/** The learned scale and offset of each channel. */
function affine(context: LayerContext, channels: number): readonly [Tensor, Tensor] {
  return [
    context.parameter('scale', [channels], { kind: 'constant', value: 1 }),
    context.parameter('offset', [channels], { kind: 'zeros' }),
  ];
}

/** x [..., n] -> [...] */
function meanOfLast(graph: Graph, x: Tensor): Tensor {
  const sum = graph.apply('sum', [x], { leading: 0, trailing: 1 }, 'sum')[0]!;
  return graph.apply('scale', [sum], { factor: 1 / x.shape[x.shape.length - 1]! }, 'mean')[0]!;
}

/** x [batch, ..., channels] -> [batch, channels] */
function meanOfPositions(graph: Graph, x: Tensor): Tensor {
  const sum = graph.apply('sumPositions', [x], {}, 'sum')[0]!;
  return graph.apply('scale', [sum], { factor: 1 / sizeOf(x.shape.slice(1, -1)) }, 'mean')[0]!;
}

function repeatLast(graph: Graph, x: Tensor, { shape }: Tensor): Tensor {
  return graph.apply('broadcast', [x], { shape, leading: 0, trailing: 1 }, 'repeated')[0]!;
}

function repeatPositions(graph: Graph, x: Tensor, { shape }: Tensor): Tensor {
  return graph.apply('broadcastPositions', [x], { shape }, 'repeated')[0]!;
}

/** sqrt(x + offset) */
function root(graph: Graph, x: Tensor, offset: number): Tensor {
  return graph.apply('sqrt', [graph.apply('shift', [x], { offset })[0]!], {}, 'deviation')[0]!;
}

/** scale [channels] / deviation [batch, channels]: small, where a division of x would not be */
function gainOf(graph: Graph, scale: Tensor, deviation: Tensor): Tensor {
  const { shape } = deviation;
  const repeated = graph.apply('broadcast', [scale], { shape, leading: 1, trailing: 0 }, 'scale')[0]!;
  return graph.apply('divide', [repeated, deviation], {}, 'gain')[0]!;
}

function shifted(graph: Graph, x: Tensor, offset: Tensor): Tensor {
  return graph.apply('add', [x, offset], {}, 'shifted')[0]!;
}
