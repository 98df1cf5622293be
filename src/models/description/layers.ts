/** Networks that are written down: a list of layers by their names, each with its options, as in a YAML file. */
import {
  type Layer,
  activation as activationLayer,
  activationNames,
  averagePool1d,
  averagePool2d,
  conv1d,
  conv1dFlipout,
  conv1dReparameterization,
  conv2d,
  conv2dFlipout,
  conv2dReparameterization,
  dense,
  denseFlipout,
  denseReparameterization,
  dropout,
  embedding,
  filterResponseNormalization,
  flatten,
  globalAveragePool,
  globalMaxPool,
  groupNormalization,
  heads,
  layerNormalization,
  maxPool1d,
  maxPool2d,
  parallel,
  reshape,
  residual,
  sequential,
} from '../../layers/index.ts';
import {
  type Check,
  boolean,
  choice,
  either,
  fraction,
  integer,
  isMapping,
  list,
  number,
  oneOf,
  options,
  pair,
  unknownKey,
} from './options.ts';
import { placed } from './place.ts';
import { prior } from './prior.ts';

const count = integer(1);
const extent2d = either(count, pair(count));

const activation = {
  activation: oneOf(...activationNames),
  bias: oneOf('fixed', 'normal', 'none'),
};
const posterior = { prior, initialScale: number(Number.NEGATIVE_INFINITY) };
const padding = { padding: oneOf('SAME', 'VALID') };

const units = { units: count, ...activation };
const window1d = { filters: count, kernelSize: count, strides: count, dilation: count, ...padding, ...activation };
const window2d = {
  ...{ filters: count, kernelSize: extent2d, strides: extent2d, dilation: extent2d },
  ...{ ...padding, ...activation },
};
const pool1d = { window: count, strides: count, ...padding };
const pool2d = { window: extent2d, strides: extent2d, ...padding };

const denseOptions = options(units, 'units');
const posteriorDense = options({ ...units, ...posterior }, 'units');
const line = options(window1d, 'filters', 'kernelSize');
const posteriorLine = options({ ...window1d, ...posterior }, 'filters', 'kernelSize');
const plane = options(window2d, 'filters', 'kernelSize');
const posteriorPlane = options({ ...window2d, ...posterior }, 'filters', 'kernelSize');
const pooledLine = options(pool1d, 'window');
const pooledPlane = options(pool2d, 'window');

/** A layer without options. */
const plain =
  (make: () => Layer): Check<Layer> =>
  (value, place) => {
    options({})(value, place);
    return make();
  };

/** How a layer follows from its options. One row per layer. */
const makers: Readonly<Record<string, Check<Layer>>> = {
  dense: (value, place) => dense(denseOptions(value, place)),
  denseFlipout: (value, place) => denseFlipout(posteriorDense(value, place)),
  denseReparameterization: (value, place) => denseReparameterization(posteriorDense(value, place)),
  conv1d: (value, place) => conv1d(line(value, place)),
  conv1dFlipout: (value, place) => conv1dFlipout(posteriorLine(value, place)),
  conv1dReparameterization: (value, place) => conv1dReparameterization(posteriorLine(value, place)),
  conv2d: (value, place) => conv2d(plane(value, place)),
  conv2dFlipout: (value, place) => conv2dFlipout(posteriorPlane(value, place)),
  conv2dReparameterization: (value, place) => conv2dReparameterization(posteriorPlane(value, place)),
  maxPool1d: (value, place) => maxPool1d(pooledLine(value, place)),
  maxPool2d: (value, place) => maxPool2d(pooledPlane(value, place)),
  averagePool1d: (value, place) => averagePool1d(pooledLine(value, place)),
  averagePool2d: (value, place) => averagePool2d(pooledPlane(value, place)),
  globalAveragePool: plain(globalAveragePool),
  globalMaxPool: plain(globalMaxPool),
  layerNormalization: plain(layerNormalization),
  groupNormalization: (value, place) => groupNormalization(options({ groups: count }, 'groups')(value, place)),
  filterResponseNormalization: plain(filterResponseNormalization),
  activation: (value, place) => activationLayer(oneOf(...activationNames)(value, place)),
  dropout: (value, place) => dropout(options({ rate: fraction, monteCarlo: boolean }, 'rate')(value, place)),
  embedding(value, place) {
    const checks = { column: integer(0), levels: count, units: count };
    return embedding(options(checks, 'column', 'levels', 'units')(value, place));
  },
  reshape: (value, place) => reshape(options({ shape: list(count) }, 'shape')(value, place)),
  flatten: plain(flatten),
  sequential: (value, place) => layersOf(value, place),
  residual(value, place) {
    const checks = { layers: layersOf, shortcut: layerOf };
    const { layers, shortcut = null } = options(checks, 'layers')(value, place);
    return residual(layers, shortcut);
  },
  parallel(value, place) {
    const checks = { branches: list(layersOf), join: oneOf('add', 'concat') };
    const { branches, join } = options(checks, 'branches')(value, place);
    return parallel(branches, join);
  },
  heads(value, place) {
    const named = isMapping(value) ? Object.entries(value) : [];
    if (named.length === 0) throw unknownKey(place, 'nothing', ['a name for each head, with its layers']);
    return heads(Object.fromEntries(named.map(([name, layers]) => [name, layersOf(layers, `${place}.${name}`)])));
  },
};

const names: readonly string[] = Object.keys(makers);

function layerOf(value: unknown, place: string): Layer {
  const [name, given] = choice(value, place, 'a layer');
  const make = Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (!make) throw unknownKey(`${place}.${name}`, name, names);
  return placed(make(given, `${place}.${name}`), `${place}.${name}`);
}

/**
 * A network from the list of its layers.
 * @throws UsageError naming the place in the description
 */
export function layersOf(value: unknown, place: string): Layer {
  return sequential(...list(layerOf)(value, place));
}
