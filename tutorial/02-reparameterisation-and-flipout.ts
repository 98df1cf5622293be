// %% [markdown]
// # 02 Reparameterisation and flipout
//
// The ELBO is an average over random weights. This notebook is about its gradient: how it can be estimated from a single draw, how
// far off such an estimate is, and how flipout makes it better at nearly no cost.
//
// **Needs** notebook 01, and what a variance is. Ten minutes; some seconds of computing. How to run it stands at the head of 01;
// without Jupyter: `npx tsx tutorial/02-reparameterisation-and-flipout.ts`.

// %%
import { type Optimizer, denseFlipout, denseReparameterization } from 'credence';
import { normal, normals, table, train } from 'credence';
import { plot } from 'credence/node';
import { claim, show } from './tools.ts';

// %% [markdown]
// ## Moving the parameters out of the distribution
//
// To raise the ELBO we need the gradient of an expectation, $\nabla_\mu E_{w \sim \mathcal N(\mu, s^2)}[f(w)]$, where $f$ is the
// log-likelihood. The average is over a distribution that itself depends on $\mu$. One way is the *score function* (REINFORCE):
//
// $$\nabla_\mu E[f(w)] = E\left[ f(w) \frac{w - \mu}{s^2} \right]$$
//
// Another is to write $w = \mu + s \varepsilon$ with $\varepsilon \sim \mathcal N(0, 1)$, so that the random part has no parameters,
// and the gradient goes inside (Kingma and Welling 2014, section 2.4; for weights Blundell et al. 2015, proposition 1):
//
// $$\nabla_\mu E[f(w)] = E[f'(\mu + s \varepsilon)], \qquad \nabla_s E[f(w)] = E[f'(\mu + s \varepsilon) \varepsilon]$$
//
// Both are right on average, but they scatter very differently. For $f(w) = w^2$ the gradient is $2 \mu$, and a short calculation gives the
// variances: $4 s^2$ with reparameterisation, and $\mu^4 / s^2 + 14 \mu^2 + 15 s^2$ with the score function.

// %%
const [mu, s] = [1, 0.1];
const epsilon = Array.from(normals(100_000, 1));
const moments = (values: number[]) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
};
const reparameterised = moments(epsilon.map((e) => 2 * (mu + s * e)));
const score = moments(epsilon.map((e) => ((mu + s * e) ** 2 * e) / s));
for (const [name, { mean, variance }] of Object.entries({ reparameterised, score })) {
  console.log(`${name.padEnd(16)} mean ${mean.toFixed(2)}, variance ${variance.toFixed(3)}`);
}
const near = (value: number, expected: number) => Math.abs(value / expected - 1) < 0.1;
claim('reparameterised: variance 4 s^2', near(reparameterised.variance, 4 * s ** 2));
const expected = mu ** 4 / s ** 2 + 14 * mu ** 2 + 15 * s ** 2;
claim(`score function: variance ${expected.toFixed(0)}`, near(score.variance, expected));

// %% [markdown]
// ## One draw for a whole batch
//
// A training step draws the weights once and lets all examples of the batch go through them (`denseReparameterization`): a draw for
// each example would need a matrix for each. But then all examples make *the same* mistake, and a larger batch does not average it
// away. To see how large it is, take one layer without bias, $\hat y_n = \sum_j x_{nj} w_j$, and noise 1. The gradient of the loss,
// a mean over $B$ examples, by $\mu_i$ is $\frac1B \sum_n x_{ni} (\hat y_n - y_n)$, and what the draw
// $w_j = \mu_j + s_j \varepsilon_j$ adds to it is, with $C = X^T X / B$,
//
// $$\sum_j C_{ij} s_j \varepsilon_j, \qquad \text{of variance} \quad \sum_j C_{ij}^2 s_j^2$$
//
// *Flipout* (Wen et al. 2018, section 3) turns the shared perturbation $\Delta w_j = s_j \varepsilon_j$ into another one for each
// example, by random signs for the inputs and the outputs of the layer: $\Delta w^{(n)}_{ij} = a_{ni} \Delta w_{ij} b_{nj}$. A
// normal distribution is symmetric, so each example's weights are distributed as before, but two examples' perturbations are
// uncorrelated. Of their mistakes only the mean remains:
//
// $$\text{variance} \quad \frac{1}{B^2} \sum_n x_{ni}^2 \sum_j x_{nj}^2 s_j^2$$
//
// ## Listening to a training
//
// In credence an optimiser is a value that anybody may pass to `train`. This one changes nothing. It adds up the gradient of each
// step, and its square, and at the last step puts one of the two sums where the parameters were.

// %%
function listener(steps: number, kept: 'sum' | 'squares'): Optimizer {
  return {
    kind: 'listener',
    state: ['sum', 'square', 'squares'],
    bind(memory) {
      const add = memory.bind('accumulate', ['sum', 'likelihoodGradient'], ['sum'], {});
      const square = memory.bind('square', ['likelihoodGradient'], ['square'], {});
      const addSquare = memory.bind('accumulate', ['squares', 'square'], ['squares'], {});
      const tell = memory.bind('scale', [kept], ['parameters'], { factor: 1 });
      let now = 0;
      const begin = ({ step }: { step: number }): unknown => (now = step);
      const update = () =>
        [add, square, addSquare, ...(now === steps ? [tell] : [])].forEach((call) => call());
      return { begin, update };
    },
  };
}

// %% [markdown]
// A data set of `batch` examples with `count` inputs, a batch that is the whole set (so that nothing is random but the weights), and
// a thousand steps at the same parameters. `bias: 'none'` leaves one weight per input.

// %%
const steps = 1000;
const layers = { reparameterisation: denseReparameterization, flipout: denseFlipout };
type Estimator = keyof typeof layers;
function problem(batch: number, count: number) {
  const numbers = normals(batch * count, 100 * batch + count);
  const rows = Array.from({ length: batch }, (_, n) =>
    Array.from(numbers.subarray(n * count, (n + 1) * count)),
  );
  return { rows, targets: Array.from(normals(batch, 7)) };
}

// %%
async function sums(
  { rows, targets }: ReturnType<typeof problem>,
  estimator: Estimator,
  kept?: 'sum' | 'squares',
) {
  const data = table({ inputs: rows, targets, standardize: false });
  const network = layers[estimator]({ units: 1, bias: 'none' });
  const model = { name: 'layer', input: data.input, network, likelihood: normal({ noise: 1 }) };
  const idle: Optimizer = { kind: 'idle', state: [], bind: () => ({ begin() {}, update() {} }) };
  const optimizer = kept ? listener(steps, kept) : idle;
  const trained = await train(model, data, {
    iteration: kept ? steps : 1,
    batchSize: rows.length,
    optimizer,
  });
  return trained.parameters.map(({ data: values }) => Array.from(values));
}

// %% [markdown]
// The first question is whether both estimators are right. For this layer the exact gradient is known: the one at the means.

// %%
async function measure(batch: number, count: number, estimator: Estimator) {
  const given = problem(batch, count);
  const [means, raw] = await sums(given, estimator);
  const scales = raw.map((value) => Math.log1p(Math.exp(value)));
  const [sum] = await sums(given, estimator, 'sum');
  const [squares] = await sums(given, estimator, 'squares');
  const mean = sum.map((value) => value / steps / batch);
  const variance = squares.map((value, i) => value / steps / batch ** 2 - mean[i] ** 2);
  return { ...given, means, scales, mean, variance };
}
for (const estimator of ['reparameterisation', 'flipout'] as const) {
  const { rows, targets, means, mean, variance } = await measure(64, 16, estimator);
  const residuals = rows.map((row, n) => row.reduce((sum, x, j) => sum + x * means[j], -targets[n]));
  const exact = means.map((_, i) => rows.reduce((sum, row, n) => sum + row[i] * residuals[n], 0) / 64);
  const z = exact.map((own, i) => Math.abs(mean[i] - own) / Math.sqrt(variance[i] / steps));
  // 16 normal numbers exceed 4.5 once in 9,000 times
  claim(`${estimator}: the mean of the gradients is the exact gradient`, Math.max(...z) < 4.5);
}

// %% [markdown]
// The second is how much they scatter, against the batch and against the number of weights; lines are the formulas above, computed
// from the inputs and the standard deviations, summed over the weights.

// %%
function predicted(estimator: Estimator, rows: number[][], scales: number[]): number {
  const batch = rows.length;
  const own = scales.map((scale) => scale ** 2);
  if (estimator === 'flipout') {
    const norms = rows.map((row) => row.reduce((sum, x, j) => sum + x * x * own[j], 0));
    return (
      rows.reduce((sum, row, n) => sum + row.reduce((all, x) => all + x * x, 0) * norms[n], 0) / batch ** 2
    );
  }
  const c = (i: number, j: number) => rows.reduce((sum, row) => sum + row[i] * row[j], 0) / batch;
  return scales.reduce((sum, _, i) => sum + own.reduce((all, v, j) => all + c(i, j) ** 2 * v, 0), 0);
}

// %%
async function compare(estimator: Estimator, places: number[][]) {
  const found: number[][] = [];
  for (const [batch, count] of places) {
    const { rows, scales, variance } = await measure(batch, count, estimator);
    found.push([variance.reduce((sum, value) => sum + value, 0), predicted(estimator, rows, scales)]);
  }
  return found;
}

// %%
const batches = [4, 16, 64, 256];
const counts = [4, 16, 64, 256];
const studies: { estimator: Estimator; byBatch: number[][]; byCount: number[][] }[] = [];
for (const estimator of ['reparameterisation', 'flipout'] as const) {
  const at = (places: number[][]) => compare(estimator, places);
  const byBatch = await at(batches.map((batch) => [batch, 16]));
  const byCount = await at(counts.map((count) => [64, count]));
  studies.push({ estimator, byBatch, byCount });
  const ratios = [...byBatch, ...byCount].map(([measured, formula]) => measured / formula);
  // the standard error of a variance of 1,000 numbers that are about normal is 4.5 %
  claim(`${estimator}: within 20 % of the formula`, Math.max(...ratios) < 1.2 && Math.min(...ratios) > 0.8);
}

// %%
const axis = { scale: 'log' as const };
type Key = 'byBatch' | 'byCount';
const panel = (title: string, xTitle: string, x: number[], key: Key) => ({
  ...{ title, x: { title: xTitle, ...axis }, y: { title: 'variance of the gradient', ...axis } },
  lines: studies.map(({ estimator: name, [key]: own }) => ({
    name,
    x,
    y: own.map(([, formula]) => formula),
  })),
  points: studies.map(({ estimator: name, [key]: own }) => ({
    name,
    x,
    y: own.map(([measured]) => measured),
  })),
});
const picture = await plot([
  panel('16 weights', 'examples in the batch', batches, 'byBatch'),
  panel('64 examples in the batch', 'weights', counts, 'byCount'),
]);
await show('Variance against batch and weights: points are measured, lines the formulas', picture);

// %%
const [shared, own] = studies.map(({ byBatch }) => byBatch.map(([measured]) => measured));
claim('with 256 examples the shared draw has 10 times the variance of flipout', shared[3] > 10 * own[3]);
claim('from 64 to 256 examples, the shared draw gains little', shared[3] > 0.6 * shared[2]);
claim(
  'from 64 to 256 examples, flipout gains a factor of about 4',
  own[2] / own[3] > 3 && own[2] / own[3] < 5,
);

// %% [markdown]
// For inputs that are white noise, the ratio of the two is about $(B + I) / (I + 2)$ with $I$ weights per unit: large where the batch
// is larger than the number of inputs, and 1 where there are far more inputs than examples. Flipout never costs anything in variance;
// what it saves depends on the layer.
//
// ## Two convolutions, or one
//
// For a layer with many weights per example, flipout is usually computed with two products (Wen et al. 2018, equation 4): one with
// the means, and one with the shared perturbation between the signs,
//
// $$y_n = x_n * \bar W + \left( (x_n a_n) * \Delta W \right) b_n$$
//
// twice the work of a deterministic layer. For a convolution with a sign per *channel* both sums run over the same pixels, so that
// they can be drawn together: one convolution with the example's own kernel, $W_n = \bar W + a_n \Delta W b_n$.

// %%
const [size, inputs, outputs, width] = [12, 3, 4, 5];
const x = normals(size * inputs, 21);
const means = normals(width * inputs * outputs, 22);
const perturbation = normals(width * inputs * outputs, 23);
const signs = (length: number, seed: number) => normals(length, seed).map(Math.sign);
const [a, b] = [signs(inputs, 24), signs(outputs, 25)];
let multiplications = 0;
function convolve(signal: Float32Array, kernel: Float32Array): Float64Array {
  const out = new Float64Array((size - width + 1) * outputs);
  for (const p of out.keys()) {
    const [place, o] = [Math.floor(p / outputs), p % outputs];
    for (let k = 0; k < width * inputs; k++) out[p] += signal[place * inputs + k] * kernel[k * outputs + o];
    multiplications += width * inputs;
  }
  return out;
}

// %%
const plain = convolve(x, means);
const signed = convolve(
  x.map((value, i) => value * a[i % inputs]),
  perturbation,
);
const two = plain.map((value, p) => value + signed[p] * b[p % outputs]);
const costOfTwo = multiplications;
multiplications = 0;
const ownKernel = means.map((mean, k) => {
  multiplications += 2;
  return mean + a[Math.floor(k / outputs) % inputs] * b[k % outputs] * perturbation[k];
});
const one = convolve(x, ownKernel);
const difference = Math.max(...one.map((value, p) => Math.abs(value - two[p])));
// float32 kernels: each of 15 products is off by at most 2^-24 of some 10
claim('one convolution with the own kernel is the same as two', difference < 15 * 10 * 2 ** -24);
console.log(`multiplications: two ${costOfTwo}, one ${multiplications}`);

// %% [markdown]
// Forming the kernel costs a few operations per weight, once; a convolution costs one per weight *and output position*. With an
// image's hundreds of positions, flipout is nearly free: that is how credence computes it where it pays, and a small cost model decides
// for each layer (docs/architecture.md, "Flipout at the price of a deterministic layer"). A dense layer has one position per
// example, so it stays with two products.

// %%
const positions = [1, 2, 4, 8, 16, 64, 256, 1024];
const costs = await plot({
  x: { title: 'output positions', scale: 'log' },
  y: { title: 'work, deterministic = 1', domain: [0, 3.2] },
  lines: [
    { name: 'two convolutions', x: positions, y: positions.map(() => 2) },
    { name: 'own kernel', x: positions, y: positions.map((p) => (p + 2) / p) },
  ],
});
await show('Own kernels cost less than two convolutions where there are more than two positions', costs);
claim('in the example above, by the same formula', multiplications / costOfTwo === (8 + 2) / 16);

// %% [markdown]
// ## Exercises
//
// 1. Halve the standard deviations of the posterior. What happens to both variances, and to their ratio?
// 2. Why must the perturbation be symmetric about 0 for flipout to be right?
// 3. At prediction, credence draws one set of weights for all examples, without signs. Why is that no worse?

// %% [markdown] answer
// **1.** Both fall to a quarter: $s_j^2$ is a factor of every term. The ratio stays. Early in the training, when the standard
// deviations are small, neither matters much; flipout pays where the posterior is wide.

// %% [markdown] answer
// **2.** Multiplying by a sign must not change the distribution of an example's weights, which is that of $\bar W + \Delta W$. For a
// skewed perturbation, half of the examples would see its mirror image, and the gradient would be that of another posterior.

// %% [markdown] answer
// **3.** The mean over draws of *one* example does not know what the other examples were shown: its draws are as independent with
// shared weights as with its own. Only sums over examples, such as a gradient, profit from signs.

// %% [markdown]
// ## References
//
// * D. Kingma and M. Welling, *Auto-Encoding Variational Bayes*, 2014, arXiv 1312.6114, section 2.4.
// * C. Blundell et al., *Weight Uncertainty in Neural Networks*, 2015, arXiv 1505.05424, proposition 1.
// * Y. Wen et al., *Flipout: Efficient Pseudo-Independent Weight Perturbations on Mini-Batches*, 2018, arXiv 1803.04386, equation 4
//   and section 4 (variances).
