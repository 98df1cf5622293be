/**
 * A network with a layer of your own, and a likelihood of your own.
 *
 *   credence train table.csv --target y --model examples/own-model.mjs
 *
 * A module's default export is `{ network, likelihood }`, or a function of the data that returns it. Training, checkpoints,
 * ranks, evaluation and prediction treat both as they treat those that credence has.
 */
import { denseFlipout, flatten, locationScale, sequential } from 'credence';

/**
 * A layer appends operations to a graph: `build` is called when the network is set up, and never while it is trained.
 * This one multiplies two maps of its input, so that the network can say "speed times time" without learning to multiply.
 * `context.apply` puts a layer inside this one, with parameters under a name of its own.
 */
const product = (units) => ({
  kind: 'product',
  build(x, context) {
    const left = context.apply(denseFlipout({ units }), x, 'left');
    const right = context.apply(denseFlipout({ units }), x, 'right');
    return context.graph.apply('multiply', [left, right], {})[0];
  },
});

/**
 * Laplace noise: p(y) = exp(-|z|) / (2 scale) with z = (y - location) / scale. Heavier tails than the normal's, and the
 * location is a median: a few wild targets do not spoil it. `locationScale` makes a likelihood of it; for one of another
 * form, give an object with the interface `Likelihood`.
 */
const laplace = (targets) =>
  locationScale('laplace', {
    targets,
    noise: 'learned', // the scale: one more parameter per target; or a number, or 'predicted' by further outputs
    // What training minimises, as operations of the graph, whose gradients follow: |z| = relu(z) + relu(-z), and ln 2.
    energy(graph, z) {
      const above = graph.apply('relu', [z], {})[0];
      const below = graph.apply('relu', [graph.apply('negate', [z], {})[0]], {})[0];
      return graph.apply('add', [above, below])[0];
    },
    constant: Math.log(2),
    // What predictions are made of, as numbers: a is the location, b the scale.
    family: {
      parameters: 2,
      isDiscrete: false,
      mean: (a) => a,
      variance: (a, b) => 2 * b * b,
      cdf: (y, a, b) => (y < a ? 0.5 * Math.exp((y - a) / b) : 1 - 0.5 * Math.exp((a - y) / b)),
      logDensity: (y, a, b) => -Math.abs(y - a) / b - Math.log(2 * b),
    },
  });

/** @param data `targets.names` are the columns that are predicted, `input.shape` is that of one example */
export default function model({ targets }) {
  const likelihood = laplace(targets.names.length);
  return {
    network: sequential(flatten(), product(20), denseFlipout({ units: likelihood.outputs })),
    likelihood,
  };
}
