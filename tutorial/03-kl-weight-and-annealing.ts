// %% [markdown]
// # 03 KL weight and annealing
//
// The loss has two parts, and how they are weighted decides everything: whether the network learns at all, and whether its error bars
// are as wide as they should be. This notebook lets both go wrong, on purpose, where the right answer is known.
//
// **Needs** notebook 01. Eight minutes; some seconds of computing. How to run it stands at the head of 01; without Jupyter:
// `npx tsx tutorial/03-kl-weight-and-annealing.ts`.

// %%
import { type PosteriorSnapshot, type StepRecord, type TrainOptions } from 'credence';
import { denseFlipout, normal, normals, sequential, table, train, uniforms } from 'credence';
import { plot } from 'credence/node';
import { claim, show } from './tools.ts';

// %% [markdown]
// ## The loss of a step
//
// A step sees a batch of $B$ of the $N$ examples. What it minimises is the negative ELBO *per example*, estimated from the batch:
//
// $$\frac1B \sum_{n \in \text{batch}} -\ln p(y_n \mid x_n, w) + \beta \frac{\mathrm{KL}(q \parallel p)}{N}$$
//
// The KL belongs to the whole data set, hence $N$ and not $B$. With $\beta = 1$ this is the ELBO. *Annealing* begins with a small
// $\beta$ and lets it rise to 1: linearly over the first $S$ steps (Bowman et al. 2016, section 3.1), or anew in every cycle of $S$
// steps, over the share $R$ of it (Fu et al. 2019, equations 6 and 7):
//
// $$\beta_t = \min\left(1, \frac{t}{S}\right), \qquad \beta_t = \min\left(1, \frac{(t - 1) \bmod S}{R S}\right)$$
//
// ## A chain in which collapse is certain
//
// The smallest network with depth: four layers of one weight each and nothing between, $\hat y = w_1 w_2 w_3 w_4 x$, with data of slope
// 1 and noise 1. With independent $q$, everything is known: $E[\hat y] = \mu_1 \mu_2 \mu_3 \mu_4 x$ and
// $E[\hat y^2] = \prod_l (\mu_l^2 + s_l^2) x^2$, so the negative ELBO is

// %%
const [count, depth, steps] = [24, 4, 3000];
const x = Array.from(normals(count, 1));
const noise = normals(count, 2);
const y = x.map((own, n) => own + noise[n]);
const product = (factors: number[]) => factors.reduce((all, factor) => all * factor, 1);
const sum = (terms: number[]) => terms.reduce((all, term) => all + term, 0);
const [xx, xy, yy] = [sum(x.map((a) => a * a)), sum(x.map((a, n) => a * y[n])), sum(y.map((a) => a * a))];
interface Weight {
  readonly mu: number;
  readonly s: number;
}
const klOf = ({ mu, s }: Weight) => 0.5 * (s * s + mu * mu - 1) - Math.log(s);
function negativeElbo(q: Weight[]): number {
  const cross = product(q.map(({ mu }) => mu)) * xy;
  const square = product(q.map(({ mu, s }) => mu * mu + s * s)) * xx;
  return 0.5 * count * Math.log(2 * Math.PI) + 0.5 * (yy - 2 * cross + square) + sum(q.map(klOf));
}

// %% [markdown]
// Look at $\mu_1 = \dots = \mu_4 = 0$, the network that says 0 to everything. The only term that could pull a mean away from there is
// $\mu_1 \mu_2 \mu_3 \mu_4$, whose first *three* derivatives vanish at 0, while the KL pulls back with $\mu_l$: whatever the data say,
// 0 is a local minimum. A training that starts near it, with means of about 0.1, is in danger. Three trainings, which differ in
// $\beta$ alone:

// %%
type Kl = NonNullable<TrainOptions['kl']>;
async function chain(kl: Kl, seed: number) {
  const data = table({ inputs: x.map((own) => [own]), targets: y, standardize: false });
  const network = sequential(
    ...Array.from({ length: depth }, () => denseFlipout({ units: 1, bias: 'none' })),
  );
  const model = { name: 'chain', input: data.input, network, likelihood: normal({ noise: 1 }) };
  const betas: number[] = [];
  const posteriors: Weight[][] = [];
  const onStep = ({ beta }: StepRecord): unknown => betas.push(beta);
  const onPosterior = (_step: number, layers: readonly PosteriorSnapshot[]) => {
    posteriors.push(layers.map(({ mean, standardDeviation: s }) => ({ mu: mean[0], s: s[0] })));
  };
  const observers = [{ onStep, onPosterior }];
  await train(model, data, {
    ...{ iteration: steps, learningRate: 0.01, seed, kl },
    ...{ printEvery: 10, histogramEvery: 10, observers },
  });
  return { betas, posteriors };
}
const schedules: Record<string, Kl> = {
  constant: {},
  linear: { schedule: 'linear', steps: 1500 },
  cyclical: { schedule: 'cyclical', steps: 1000, rise: 0.5 },
};

// %%
const runs: Record<string, Awaited<ReturnType<typeof chain>>> = {};
for (const [name, kl] of Object.entries(schedules)) runs[name] = await chain(kl, 1);
const at = Array.from({ length: steps / 10 }, (_, i) => 10 * (i + 1));
const curves = (of: (run: (typeof runs)[string]) => number[]) =>
  Object.entries(runs).map(([name, run]) => ({ name, x: at, y: of(run).slice(0, at.length) }));
const slopes = (posteriors: Weight[][]) => posteriors.map((q) => product(q.map(({ mu }) => mu)));
const picture = await plot([
  { title: 'Weight of the KL', x: 'step', y: 'β', lines: curves(({ betas }) => betas) },
  {
    title: 'Predicted slope',
    x: 'step',
    y: 'E[w1 w2 w3 w4]',
    lines: curves((run) => slopes(run.posteriors)),
  },
]);
await show(
  'With the full KL from the first step on, the chain stays at 0; with annealing it finds the slope',
  picture,
);

// %%
const slope = xy / (xx + 1);
for (const [name, { posteriors }] of Object.entries(runs)) {
  const q = posteriors.at(-1)!;
  const found = product(q.map(({ mu }) => mu));
  const kls = q.map((own) => klOf(own).toFixed(2)).join(', ');
  console.log(
    `${name.padEnd(9)} slope ${Math.abs(found).toFixed(2)}, negative ELBO ${negativeElbo(q).toFixed(1)}, KL ${kls}`,
  );
}
const final = (name: string) => runs[name].posteriors.at(-1)!;
const slopeOf = (name: string) => product(final(name).map(({ mu }) => mu));
claim('constant: the slope is 0', Math.abs(slopeOf('constant')) < 0.01);
claim(
  'linear and cyclical: half of the slope at least',
  Math.min(slopeOf('linear'), slopeOf('cyclical')) > 0.5 * slope,
);
claim(
  'and their ELBO is the better one',
  negativeElbo(final('linear')) < negativeElbo(final('constant')) - 1,
);

// %% [markdown]
// That is *posterior collapse*: the KL wins before the data have been heard, weights say nothing (each of them costs a fraction of a nat,
// in place of more than one), and the predictions are those of no network. All three optimise the same function in the end; annealing
// changes where they arrive. It is a way out of a bad start, and not another model: at the end $\beta$ must be 1.
//
// ## Collapse in a wide network
//
// Wide networks collapse unit by unit: *over-pruning* (Trippe and Turner 2018). A unit whose outgoing weights are 0 costs nothing, so its
// incoming weights return to the prior, where their KL is 0. Here is a network with two hidden layers of 30, on a sine that it fits
// well, and the share of each layer's weights that are the prior, up to a twentieth of a nat.

// %%
const place = Array.from(uniforms(200, 1), (u) => 4 * u - 2);
const jitter = normals(200, 3);
const sine = table({
  inputs: place.map((own) => [own]),
  targets: place.map((own, n) => Math.sin(3 * own) + 0.1 * jitter[n]),
});
const hidden = { units: 30, activation: 'relu', bias: 'normal' } as const;
const network = sequential(
  denseFlipout(hidden),
  denseFlipout(hidden),
  denseFlipout({ units: 1, bias: 'normal' }),
);
const wide = { name: 'wide', input: sine.input, network, likelihood: normal({ noise: 0.1 }) };
const shares = new Map<string, number>();
const onPosterior = (_step: number, layers: readonly PosteriorSnapshot[]) => {
  for (const { layer, mean, standardDeviation: s } of layers) {
    const pruned = mean.filter((mu, i) => klOf({ mu, s: s[i] }) < 0.05).length;
    shares.set(layer, pruned / mean.length);
  }
};

// %%
await train(wide, sine, {
  iteration: 4000,
  learningRate: 0.005,
  seed: 1,
  histogramEvery: 4000,
  observers: [{ onPosterior }],
});
for (const [layer, share] of shares)
  console.log(`${layer.padEnd(22)} ${(100 * share).toFixed(0).padStart(3)} % at the prior`);
claim('more than half of the middle layer is at the prior', [...shares.values()][2] > 0.5);

// %% [markdown]
// Pruned units are not an error of the code. They say that the network is wider than these data can use, under this prior.
//
// ## A wrong N
//
// Now the weight itself. With another $N$, or a $\beta$ that is not 1 at the end, the loss is that of a *tempered* posterior: the data
// count as if each example were there $1/T$ times, $T = \beta N_{\text{right}} / N_{\text{used}}$. For a line with centred $x$, where the
// mean field is exact, the standard deviations become
//
// $$s_i = \left( 1 + \frac{1}{T \sigma^2} \sum_n \phi_{ni}^2 \right)^{-1/2} \approx \sqrt{T} \cdot s_i^{\text{right}}$$

// %%
const [size, batchSize] = [256, 64];
const place2 = Array.from(normals(size, 5));
const centre = sum(place2) / size;
const centred = place2.map((own) => own - centre);
const errors = normals(size, 6);
const line = table({
  inputs: centred.map((own) => [own]),
  targets: centred.map((own, n) => 0.5 * own + errors[n]),
  standardize: false,
});

// %%
async function deviations(kl: Kl): Promise<number[]> {
  const layer = denseFlipout({ units: 1, bias: 'normal' });
  const model = { name: 'line', input: line.input, network: layer, likelihood: normal({ noise: 1 }) };
  const settings = {
    iteration: 8000,
    batchSize,
    learningRate: 0.02,
    learningRateDecay: 'cosine',
    seed: 1,
  } as const;
  const { parameters } = await train(model, line, { ...settings, kl });
  const raw = parameters.filter(({ name }) => name.endsWith('untransformedScale'));
  return raw.map(({ data }) => Math.log1p(Math.exp(data[0])));
}
const squares = [sum(centred.map((own) => own * own)), size];
const formula = (t: number) => squares.map((square) => (1 + square / t) ** -0.5);

// %% [markdown]
// Three ways to weight the KL: as it should be; divided by the batch instead of the data set (`per: 'batch'`, which some programs do);
// and with a $\beta$ of 1/16, which makes the training look better.

// %%
const ways: { name: string; kl: Kl; t: number }[] = [
  { name: 'right', kl: {}, t: 1 },
  { name: 'KL / B', kl: { per: 'batch' }, t: size / batchSize },
  { name: 'β = 1/16', kl: { beta: 1 / 16 }, t: 1 / 16 },
];
for (const { name, kl, t } of ways) {
  const trained = await deviations(kl);
  const [slopeRatio, interceptRatio] = trained.map((s, i) => s / formula(1)[i]);
  console.log(
    `${name.padEnd(9)} deviations ${slopeRatio.toFixed(2)} and ${interceptRatio.toFixed(2)} of the right ones`,
  );
  const off = trained.map((s, i) => Math.abs(s / formula(t)[i] - 1));
  claim(`${name}: those of T = ${t}, within 15 %`, Math.max(...off) < 0.15);
}

// %% [markdown]
// What that does to an error bar: repeat the experiment 4,000 times, each with noise of its own, and count how often the interval
// $\mu \pm 1.96 s$ of the slope holds the true slope. With the exact means and deviations of each $T$ this needs no training.

// %%
const repetitions = 4000;
const fresh = normals(repetitions, 7);
function held(t: number): number {
  const [s] = formula(t);
  // the sum of x_n y_n is normal around the true slope times the sum of squares
  const means = Array.from(fresh, (e) => (s * s * (0.5 * squares[0] + Math.sqrt(squares[0]) * e)) / t);
  return means.filter((mu) => Math.abs(mu - 0.5) < 1.96 * s).length / repetitions;
}
for (const { name, t } of ways)
  console.log(`${name.padEnd(9)} the 95 % interval holds ${(100 * held(t)).toFixed(1)} %`);
const temperatures = Array.from({ length: 41 }, (_, i) => 10 ** (-3 + i / 10));
const coverage = await plot({
  ...{ x: { title: 'T', scale: 'log' }, y: { title: 'coverage of the 95 % interval', domain: [0, 1] } },
  lines: [
    { name: 'measured', x: temperatures, y: temperatures.map(held) },
    { name: 'promised', x: [0.001, 10], y: [0.95, 0.95], dashed: true },
  ],
});
await show('Coverage against T: below 1 the error bars are too narrow, above too wide', coverage);
// a share of 0.95 of 4,000 has a standard error of 0.0034
claim('T = 1 holds what it promises', Math.abs(held(1) - 0.95) < 0.014);
claim('T = 1/16 holds less than half of what it promises', held(1 / 16) < 0.475);

// %% [markdown]
// A narrow posterior trains nicely: the loss falls further, accuracy may even rise. Only a count like this one shows what was lost. So in
// credence the trainer owns $N$: layers hand in their KL in nats, and cannot scale it; the log has `nll`, `kl` and `beta` under names of
// their own; and `--kl.per batch` says what it does when it is used.
//
// ## Exercises
//
// 1. Would a chain of *two* weights collapse too?
// 2. Why can the cyclical schedule help where the linear one does not?
// 3. A colleague sums the KL over layers and then takes the mean over 10 layers. What is $T$, and what do intervals of 95 % hold?

// %% [markdown] answer
// **1.** Only if the data are weak. For two weights, $\mu_1 \mu_2$ has a second derivative at 0, which can outweigh that of the KL: then 0
// is a saddle, and the training slides off. The next cell trains it: the chain with two factors, full KL from the start.

// %% answer
const two = sequential(denseFlipout({ units: 1, bias: 'none' }), denseFlipout({ units: 1, bias: 'none' }));
const short = table({ inputs: x.map((own) => [own]), targets: y, standardize: false });
const pair = { name: 'pair', input: short.input, network: two, likelihood: normal({ noise: 1 }) };
const { parameters } = await train(pair, short, { iteration: steps, learningRate: 0.01, seed: 1 });
const means = parameters.filter(({ name }) => name.endsWith('mean')).map(({ data }) => data[0]);
claim('two weights find the slope by themselves', product(means) > 0.5 * slope);

// %% [markdown] answer
// **2.** Each cycle begins with $\beta$ near 0 again, from the weights of the cycle before: what had collapsed has another chance, with
// the rest of the network already in place.

// %% [markdown] answer
// **3.** $T = 1/10$: error bars are $\sqrt{10}$ times too narrow.

// %% answer
console.log(`T = 0.1: the 95 % interval holds ${(100 * held(0.1)).toFixed(0)} %`);
claim('less than half', held(0.1) < 0.5);

// %% [markdown]
// ## References
//
// * S. Bowman et al., *Generating Sentences from a Continuous Space*, 2016, arXiv 1511.06349, section 3.1.
// * H. Fu et al., *Cyclical Annealing Schedule: A Simple Approach to Mitigating KL Vanishing*, 2019, arXiv 1903.10145, equations 6 and 7.
// * B. Trippe and R. Turner, *Overpruning in Variational Bayesian Neural Networks*, 2018, arXiv 1801.06230.
// * F. Wenzel et al., *How Good is the Bayes Posterior in Deep Neural Networks Really?*, 2020, arXiv 2002.02405: tempered posteriors.
