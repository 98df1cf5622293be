// %% [markdown]
// # 01 Bayes and the ELBO
//
// A network whose weights are probability distributions instead of numbers: what that means, how it is trained, and how you
// can tell that the training did what the mathematics says.
//
// **Needs** calculus, and what a normal distribution is. Ten minutes; a few seconds of computing.
//
// *Run it* cell by cell in Jupyter: `npm ci`, `npm run setup -- jupyter`, `npm run tutorial -- --lab`. The cells are TypeScript:
// the kernel, top right, must be **Deno** (with a Python kernel they are syntax errors). Or all at once, without Jupyter:
// `npx tsx tutorial/01-bayes-and-the-elbo.ts`. If a cell says *Module not found* or *not in import map*, the notebook is not in
// its folder: open it from `tutorial/` of the repository. Lines that begin with ✓ are claims of the text which the cell has just
// checked: if one does not hold, the cell stops with an error.

// %%
import { type PosteriorSnapshot, denseFlipout, normal, normals, predict, table, train } from 'credence';
import { plot } from 'credence/node';
import { claim, show } from './tools.ts';

// %% [markdown]
// ## A first posterior
//
// Thirty measurements of a straight line, $y = w_0 + w_1 x + \varepsilon$, with noise of standard deviation $\sigma = 0.5$. In
// the code, `weights` are the true $w_0$ and $w_1$, which the network is not told.

// %%
const sigma = 0.5;
const weights = [0.8, 0.6];
const x = Array.from({ length: 30 }, (_, n) => 1 + (2 * n) / 29);
const noise = normals(x.length, 3);
const y = x.map((xn, n) => weights[0] + weights[1] * xn + sigma * noise[n]);

// %% [markdown]
// The smallest Bayesian network there is: one dense layer with one unit. Before it has seen data, each weight is
// $\mathcal N(0, 1)$: that is the *prior*. Training turns the prior into a *posterior*, which here is again a normal
// distribution for each weight: a mean and a standard deviation.

// %%
const data = table({ inputs: x.map((xn) => [xn]), targets: y, standardize: false });
const model = {
  name: 'line',
  input: data.input,
  network: denseFlipout({ units: 1, bias: 'normal' }),
  likelihood: normal({ noise: sigma }),
};
const moments: number[][][] = [];
function onPosterior(_step: number, layers: readonly PosteriorSnapshot[]): void {
  moments.push(layers.map(({ mean, standardDeviation }) => [mean[0], standardDeviation[0]]));
}
const trained = await train(model, data, {
  ...{ iteration: 4000, learningRate: 0.02, learningRateDecay: 'cosine', seed: 1 },
  ...{ histogramEvery: 10, observers: [{ onPosterior }] },
});
const [slope, intercept] = moments.at(-1)!;
console.log(`w0 = ${intercept[0].toFixed(2)} ± ${intercept[1].toFixed(2)}, true ${weights[0]}`);
console.log(`w1 = ${slope[0].toFixed(2)} ± ${slope[1].toFixed(2)}, true ${weights[1]}`);

// %% [markdown]
// A prediction averages over the posterior: it draws weights, lets each draw predict, and mixes what they say. The mixture has
// the noise of the data *and* what is not known of the weights. Outside of the data, the second part grows.

// %%
const grid = Array.from({ length: 61 }, (_, i) => -1 + i / 10);
const { mean, quantiles, epistemic } = await predict(
  trained,
  grid.map((at) => [at]),
  { draws: 200 },
);
const picture = await plot({
  ...{ x: 'x', y: 'y', width: 480 },
  bands: [{ name: '90 % of new measurements', x: grid, low: quantiles[0], high: quantiles[2] }],
  lines: [{ name: 'mean', x: grid, y: mean }],
  points: [{ name: 'data', x, y }],
});
await show('A line with its uncertainty: the band of 90 % widens away from the data', picture);
claim('of the weights, less is known at x = 5 than at x = 2', epistemic[60] > 1.5 * epistemic[30]);

// %% [markdown]
// ## Bayes' rule
//
// That was a posterior. Now what it is. Write $w$ for all weights, and $D$ for the data. Bayes' rule is
//
// $$p(w \mid D) = \frac{p(D \mid w) p(w)}{p(D)}, \qquad p(D) = \int p(D \mid w) p(w) dw$$
//
// The *likelihood* $p(D \mid w)$ is what the noise says: a product over the measurements of
// $\mathcal N(y_n; w_0 + w_1 x_n, \sigma^2)$. The *evidence* $p(D)$ is how probable the data were before anybody saw them, averaged over the prior.
//
// For a line with normal noise and a normal prior, both can be had on paper (Bishop 2006, equations 3.50 to 3.54). With the
// rows $\phi_n = (1, x_n)$, the posterior is normal with precision matrix (the inverse of its covariance) and mean
//
// $$\Lambda = I + \frac{1}{\sigma^2} \sum_n \phi_n \phi_n^T, \qquad m = \Lambda^{-1} \frac{1}{\sigma^2} \sum_n \phi_n y_n$$

// %%
const features = x.map((xn) => [1, xn]);
const over = (f: (phi: number[], yn: number) => number) =>
  features.reduce((sum, phi, n) => sum + f(phi, y[n]), 0) / sigma ** 2;
const precision = [0, 1].map((i) => [0, 1].map((j) => (i === j ? 1 : 0) + over((phi) => phi[i] * phi[j])));
const moment = [0, 1].map((i) => over((phi, yn) => phi[i] * yn));
const determinant = precision[0][0] * precision[1][1] - precision[0][1] ** 2;
const exactMean = [
  (precision[1][1] * moment[0] - precision[0][1] * moment[1]) / determinant,
  (precision[0][0] * moment[1] - precision[0][1] * moment[0]) / determinant,
];
console.log(`exact: w0 = ${exactMean[0].toFixed(3)}, w1 = ${exactMean[1].toFixed(3)}`);
const errors = [intercept, slope].map(([own, deviation], i) => Math.abs(own - exactMean[i]) / deviation);
claim(
  'the trained means are the exact ones, within a fifth of their standard deviations',
  Math.max(...errors) < 0.2,
);

// %% [markdown]
// The logarithm of the evidence follows from $\ln p(D) = \ln p(D \mid w) + \ln p(w) - \ln p(w \mid D)$, which is the same number
// at every $w$. At $w = m$ the last density is $\tfrac12 \ln |\Lambda| - \ln 2\pi$, of two weights.

// %%
const logNormal = (value: number, centre: number, deviation: number) =>
  -0.5 * ((value - centre) / deviation) ** 2 - Math.log(deviation) - 0.5 * Math.log(2 * Math.PI);
const logLikelihood = y.reduce(
  (sum, yn, n) => sum + logNormal(yn, exactMean[0] + exactMean[1] * x[n], sigma),
  0,
);
const logPrior = exactMean.reduce((sum, w) => sum + logNormal(w, 0, 1), 0);
const logEvidence = logLikelihood + logPrior - (0.5 * Math.log(determinant) - Math.log(2 * Math.PI));
console.log(`ln p(D) = ${logEvidence.toFixed(3)} nats`);

// %% [markdown]
// ## Where there is no formula
//
// With one hidden layer more, neither integral has a formula. *Variational inference* looks for the best distribution $q(w)$ of
// a family that is easy to handle: here, an independent normal for each weight (the *mean field*), with means $\mu_i$ and
// standard deviations $s_i$. Best means: closest to the posterior in the Kullback-Leibler divergence. For every $q$,
//
// $$\ln p(D) = \underbrace{E_q[\ln p(D \mid w)] - \mathrm{KL}(q \parallel p(w))}_{\mathrm{ELBO}(q)} + \mathrm{KL}(q \parallel p(w \mid D))$$
//
// To see it, put Bayes' rule into the last term:
//
// $$\mathrm{KL}(q \parallel p(w \mid D)) = E_q[\ln q(w) - \ln p(D \mid w) - \ln p(w)] + \ln p(D)$$
//
// A divergence is never negative, so the first part is a lower bound of the evidence, the *evidence lower bound*,
// and whoever raises it lowers the distance to the posterior, without knowing the posterior (Blei et al. 2017, equation 13).
//
// The ELBO has two parts: explain the data, and stay near the prior. For our line both have formulas:
//
// $$E_q[\ln p(D \mid w)] = \ln p(D \mid \mu) - \frac{1}{2 \sigma^2} \sum_n \sum_i s_i^2 \phi_{ni}^2, \qquad
// \mathrm{KL}(q \parallel p) = \sum_i \frac{s_i^2 + \mu_i^2 - 1}{2} - \ln s_i$$

// %%
function elbo(q: number[][]): number {
  const [[mean1, deviation1], [mean0, deviation0]] = q;
  const atMean = y.reduce((sum, yn, n) => sum + logNormal(yn, mean0 + mean1 * x[n], sigma), 0);
  const spread = 0.5 * over(([one, xn]) => (deviation0 * one) ** 2 + (deviation1 * xn) ** 2);
  const kl = q.reduce((sum, [mu, s]) => sum + 0.5 * (s * s + mu * mu - 1) - Math.log(s), 0);
  return atMean - spread - kl;
}

// %% [markdown]
// So for this line the ELBO of every moment of the training can be computed exactly, beside the evidence that it bounds.

// %%
const history = moments.map(elbo);
const curve = await plot({
  ...{ x: { title: 'step', domain: [0, 1000] }, y: { title: 'nats', domain: [-60, -20] }, width: 480 },
  lines: [
    { name: 'ELBO', x: history.map((_, i) => 10 * (i + 1)), y: history },
    { name: 'ln evidence', x: [0, 1000], y: [logEvidence, logEvidence], dashed: true },
  ],
});
await show('The ELBO rises towards the logarithm of the evidence, and stays below it', curve);
claim('at every moment, the ELBO is below the evidence', Math.max(...history) < logEvidence);

// %% [markdown]
// ## The gap
//
// At the end a gap remains. It is no fault of the training: it is $\mathrm{KL}(q \parallel p(w \mid D))$ of the *best* mean field.
// Setting the derivatives of the ELBO by $\mu_i$ and $s_i$ to zero gives the exact mean, and standard deviations from the
// diagonal of the precision (Bishop 2006, section 10.1.2), hence the gap:
//
// $$\mu = m, \qquad s_i = \Lambda_{ii}^{-1/2}, \qquad \ln p(D) - \mathrm{ELBO} = \frac12 \left( \sum_i \ln \Lambda_{ii} - \ln |\Lambda| \right)$$
//
// The right standard deviation of $w_i$ is another one: the square root of $(\Lambda^{-1})_{ii}$, which is never smaller. The mean
// field cannot say that a steeper line with a lower intercept is nearly as good.

// %%
const best = [1, 0].map((i) => [exactMean[i], precision[i][i] ** -0.5]);
const gap = 0.5 * (Math.log(precision[0][0] * precision[1][1]) - Math.log(determinant));
claim('the best mean field has the gap of the formula', Math.abs(logEvidence - elbo(best) - gap) < 1e-9);
claim('training came to within 0.05 nats of it', elbo(best) - history.at(-1)! < 0.05);
const marginal = [precision[1][1], precision[0][0]].map((other) => Math.sqrt(other / determinant));
console.log(`gap: ${gap.toFixed(2)} nats`);
console.log(`standard deviation of w1: trained ${slope[1].toFixed(3)}, exact ${marginal[1].toFixed(3)}`);
claim(
  'the mean field is too sure of each weight by itself',
  slope[1] < marginal[1] && intercept[1] < marginal[0],
);

// %% [markdown]
// The picture of it: where 90 % of each distribution lies. The circle of radius $r = \sqrt{2 \ln 10}$ holds 90 % of a standard
// normal in two dimensions, and each ellipse is that circle, stretched.

// %%
const turn = Array.from({ length: 101 }, (_, i) => (2 * Math.PI * i) / 100);
const correlation = -precision[0][1] / Math.sqrt(precision[0][0] * precision[1][1]);
function ellipse(name: string, [w0, w1]: number[], [s0, s1]: number[], rho: number) {
  const [r, a] = [Math.sqrt(2 * Math.log(10)), Math.sqrt(1 - rho ** 2)];
  const second = turn.map((t) => w1 + r * s1 * (rho * Math.cos(t) + a * Math.sin(t)));
  return { name, x: turn.map((t) => w0 + r * s0 * Math.cos(t)), y: second };
}
const ellipses = await plot({
  ...{ x: 'intercept w0', y: 'slope w1', width: 380, height: 300 },
  lines: [
    ellipse('exact posterior', exactMean, marginal, correlation),
    ellipse('trained', [intercept[0], slope[0]], [intercept[1], slope[1]], 0),
  ],
  points: [{ name: 'truth', x: [weights[0]], y: [weights[1]] }],
});
await show('The exact posterior is a slanted ellipse, the mean field a smaller, upright one', ellipses);

// %% [markdown]
// What to keep of this: the ELBO can be had without the evidence, so it can be trained and compared; and a mean field has the
// right centre, but error bars of single weights that are too small where weights depend on each other. What it predicts is less
// wrong than what it says of single weights, and notebooks 04 and 07 check predictions instead of weights.
//
// ## Exercises
//
// 1. Subtract the mean of $x$ from $x$ before training. What becomes of the gap, and why?
// 2. What does the posterior become when there are no data, and what is the ELBO then?
// 3. The `noise` of the likelihood was told. Say 1 instead of 0.5, where the truth is 0.5: do means and standard deviations change?

// %% [markdown] answer
// **1.** It all but vanishes. $\Lambda_{01} = \sum_n x_n / \sigma^2$ is 0 for centred $x$, so that $|\Lambda|$ is the product of the
// diagonal, and the mean field *contains* the posterior. The next cell computes it. (Tables are centred unless you say
// `standardize: false`: it helps more than the optimiser.)

// %% answer
const centre = x.reduce((sum, xn) => sum + xn, 0) / x.length;
const diagonal = [precision[0][0], 1 + over(([, xn]) => (xn - centre) ** 2)];
const off = over(([, xn]) => xn - centre);
const centredGap =
  0.5 * (Math.log(diagonal[0] * diagonal[1]) - Math.log(diagonal[0] * diagonal[1] - off ** 2));
claim('with centred x there is no gap', Math.abs(centredGap) < 1e-9 && gap > 1);

// %% [markdown] answer
// **2.** The prior. Without data the likelihood is 1, the best $q$ is the prior itself, its KL is 0, and so are the ELBO and
// $\ln p(D) = \ln 1$.

// %% [markdown] answer
// **3.** Both do, the means a little: the prior counts for more where data are said to be noisier, and the precision
// $I + \sum \phi \phi^T / \sigma^2$ is four times smaller but for the prior's share, so that standard deviations are nearly twice as
// large. Being wrong of the noise is being wrong of the error bars by the same factor; `normal()` without `noise` learns it.

// %% [markdown]
// ## References
//
// * C. Bishop, *Pattern Recognition and Machine Learning*, 2006: equations 3.50 to 3.54 (the exact posterior), section 10.1.2
//   (the mean field of a normal distribution).
// * D. Blei, A. Kucukelbir and J. McAuliffe, *Variational Inference: A Review for Statisticians*, 2017, arXiv 1601.00670, equation 13.
// * C. Blundell et al., *Weight Uncertainty in Neural Networks*, 2015, arXiv 1505.05424, equations 1 and 2.
