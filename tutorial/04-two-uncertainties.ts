// %% [markdown]
// # 04 Aleatoric and epistemic
//
// A prediction may be uncertain because the world is noisy, or because too little of it has been seen. The first is called
// *aleatoric*, the second *epistemic*. A Bayesian network tells them apart, and this notebook checks that it does.
//
// **Needs** notebook 01. Eight minutes; some seconds of computing. How to run it stands at the head of 01; without Jupyter:
// `npx tsx tutorial/04-two-uncertainties.ts`.

// %%
import {
  type RealPredictive,
  denseFlipout,
  evaluate,
  normal,
  normals,
  predict,
  sequential,
  table,
  train,
  uniforms,
} from 'credence';
import { plot } from 'credence/node';
import { claim, show } from './tools.ts';

// %% [markdown]
// ## The two parts of a variance
//
// Given weights $w$, a network predicts a mean $m_w(x)$ and a noise $\sigma_w(x)$. Over the posterior of the weights, the *law of
// total variance* splits the variance of a new $y$ into two parts (Kendall and Gal 2017, equation 9):
//
// $$\mathrm{Var}[y] = \underbrace{E_w[\sigma_w(x)^2]}_{\text{aleatoric}} + \underbrace{\mathrm{Var}_w[m_w(x)]}_{\text{epistemic}}$$
//
// `predict` gives the square roots of both, in the unit of $y$. More data must shrink the second and leave the first alone.
//
// ## Data with noise that grows, and a gap
//
// A sine whose noise grows from left to right, and no data at all between $-0.6$ and $0.6$.

// %%
const truth = (x: number) => Math.sin(3 * x);
const noise = (x: number) => 0.1 + 0.15 * (x + 2);
function measure(count: number, seed: number) {
  const e = normals(count, seed);
  // uniform from -2 to 2, without the gap
  const x = Array.from(uniforms(count, seed + 1), (u) => (u < 0.5 ? -2 + 2.8 * u : 0.6 + 2.8 * (u - 0.5)));
  return { x, y: x.map((at, n) => truth(at) + noise(at) * e[n]) };
}

// %% [markdown]
// The inputs of the network are 21 bumps, $\phi_k(x) = \exp(-(x - c_k)^2 / 2 l^2)$ with $l = 0.35$, side by side from $-3$ to $3$. One
// Bayesian layer with two outputs combines them into a mean and a noise (`noise: 'predicted'`: Nix and Weigend 1994). Where no data
// are, no data say anything about the weights of the bumps that are there.

// %%
const bumps = (x: number) =>
  Array.from({ length: 21 }, (_, k) => Math.exp(-0.5 * ((x + 3 - 0.3 * k) / 0.35) ** 2));
async function fit(count: number) {
  const { x, y } = measure(count, 10);
  const data = table({ inputs: x.map(bumps), targets: y, standardize: false });
  const network = denseFlipout({ units: 2, bias: 'normal' });
  const model = { name: 'bumps', input: data.input, network, likelihood: normal({ noise: 'predicted' }) };
  const settings = { iteration: 3000, learningRate: 0.01, learningRateDecay: 'cosine', seed: 1 } as const;
  return train(model, data, settings);
}
const trained = await fit(400);
const grid = Array.from({ length: 101 }, (_, i) => -2.5 + 0.05 * i);
const { mean, quantiles, aleatoric, epistemic } = await predict(trained, grid.map(bumps), { draws: 300 });

// %%
const { x, y } = measure(400, 10);
const picture = await plot([
  {
    ...{ title: 'What is predicted', x: 'x', y: { title: 'y', domain: [-4, 4] } },
    bands: [{ name: '90 % of new y', x: grid, low: quantiles[0], high: quantiles[2] }],
    lines: [{ name: 'mean', x: grid, y: mean }],
    points: [{ name: 'data', x, y }],
  },
  {
    ...{
      title: 'Of which kind the uncertainty is',
      x: 'x',
      y: { title: 'standard deviation', domain: [0, 1.2] },
    },
    lines: [
      { name: 'aleatoric', x: grid, y: aleatoric },
      { name: 'true noise', x: grid, y: grid.map(noise), dashed: true },
      { name: 'epistemic', x: grid, y: epistemic },
    ],
  },
]);
await show(
  'The epistemic part opens in the gap and outside of the data; the aleatoric one follows the noise',
  picture,
);

// %% [markdown]
// Read the right panel from left to right: within the data, the aleatoric part follows the true noise, and the epistemic part is
// small. In the gap and beyond the ends, the epistemic part takes over. (There, the aleatoric part is a guess too: nobody has
// measured the noise.) This is what you act on: where the aleatoric part dominates, measure better; where the epistemic part does,
// measure *there*.

// %%
const at = (values: Float64Array, place: number) => values[Math.round((place + 2.5) / 0.05)];
const inside = [-1.5, -1, 1, 1.5];
claim(
  'in the gap, the epistemic part is twice that of any place within the data',
  inside.every((place) => at(epistemic, 0) > 2 * at(epistemic, place)),
);
claim('so it is beyond the ends', at(epistemic, 2.5) > 2 * at(epistemic, 1.5));
claim(
  'within the data, the aleatoric part is the noise, within a quarter of it',
  inside.every((place) => Math.abs(at(aleatoric, place) / noise(place) - 1) < 0.25),
);

// %% [markdown]
// Whether intervals are honest can be counted. On new data from the same places, 90 % of the true values should lie in the interval
// of 90 %; of 2,000, chance lets that share vary by 0.007 (one standard deviation of a binomial).

// %%
const fresh = measure(2000, 77);
const figures = await evaluate(trained, { inputs: fresh.x.map(bumps), targets: fresh.y }, { draws: 50 });
console.log(`90 % intervals hold ${(100 * figures.coverage90).toFixed(1)} % of new values`);
claim('coverage is 90 %, within 3 %', Math.abs(figures.coverage90 - 0.9) < 0.03);

// %% [markdown]
// ## More data
//
// Four times the data should halve the epistemic part, as it does for every mean, and leave the aleatoric part where it is.

// %%
const counts = [100, 400, 1600];
const fits: RealPredictive[] = [];
for (const count of counts) fits.push(await predict(await fit(count), grid.map(bumps), { draws: 300 }));
const panel = (kind: 'epistemic' | 'aleatoric') => ({
  ...{ title: kind, x: 'x', y: { title: 'standard deviation', domain: [0, 1.4] as const } },
  lines: fits.map((own, i) => ({ name: `${counts[i]} examples`, x: grid, y: own[kind] })),
});
await show(
  'With more data the epistemic part shrinks, and the aleatoric one stays',
  await plot([panel('epistemic'), panel('aleatoric')]),
);
const meanOf = (values: Float64Array) =>
  inside.reduce((sum, place) => sum + at(values, place), 0) / inside.length;
const shares = fits.map((own) => meanOf(own.epistemic));
const noises = fits.map((own) => meanOf(own.aleatoric));
console.log(`epistemic ${shares.map((own) => own.toFixed(3)).join(', ')}`);
console.log(`aleatoric ${noises.map((own) => own.toFixed(3)).join(', ')}`);
claim(
  '16 times the data: a quarter, within a factor of 1.5',
  shares[0] / shares[2] > 4 / 1.5 && shares[0] / shares[2] < 6,
);
claim('the aleatoric part changes by less than a quarter', Math.abs(noises[2] / noises[0] - 1) < 0.25);

// %% [markdown]
// ## Not every network can
//
// Bumps were no accident. A network with *one hidden relu layer* and independent normal weights cannot be less certain in the
// middle than at both sides of it: Foong et al. (2020, theorem 1) show that its variance at 0 is at most the sum of those at two
// points on either side. However good the training, the band cannot open in the gap; the reason is the mean field, not the network.

// %%
const data = table({ inputs: x.map((own) => [own]), targets: y });
const network = sequential(
  denseFlipout({ units: 50, activation: 'relu', bias: 'normal' }),
  denseFlipout({ units: 2, bias: 'normal' }),
);
const model = { name: 'relu', input: data.input, network, likelihood: normal({ noise: 'predicted' }) };

// %%
const hidden = await train(model, data, {
  iteration: 4000,
  learningRate: 0.01,
  learningRateDecay: 'cosine',
  seed: 1,
});
const own = await predict(
  hidden,
  grid.map((place) => [place]),
  { draws: 300 },
);
const lines = [
  { name: 'relu layer', x: grid, y: own.epistemic },
  { name: 'bumps', x: grid, y: epistemic },
];
await show(
  'A hidden relu layer is as sure in the gap as beside it',
  await plot({ x: 'x', y: 'epistemic', lines }),
);
const variance = (place: number) => at(own.epistemic, place) ** 2;
// 300 draws: a variance is known to 8 %
claim('the bound of the theorem holds', variance(0) < 1.25 * (variance(-0.6) + variance(0.6)));
claim('bumps know less in the gap than the relu layer says', at(epistemic, 0) > 2 * at(own.epistemic, 0));

// %% [markdown]
// So "epistemic" always means: *according to this model*. A posterior speaks of the weights that the model has, in the family that was
// chosen. Compare networks, or mix several trainings (`evaluate RUN RUN`), before you trust a small epistemic part far from the data.
//
// ## Exercises
//
// 1. Make the noise the same everywhere and train with `normal()`, which learns one noise. Which curves change?
// 2. What does the epistemic part become at $x = 10$, far outside of all bumps? Is that what you want?
// 3. Why is the standard deviation of the prediction not the sum of the two parts?

// %% [markdown] answer
// **1.** The aleatoric curve becomes flat: it is one number for all $x$, also in the gap. The epistemic curve keeps its shape.

// %% [markdown] answer
// **2.** Small: all bumps are 0 there, and only the bias is left. The model is sure of a constant, for no better reason than that it
// has nothing else to say. The next cell looks. Far outside of the data, neither part can be trusted; whether an input is like
// those of the training is a question of its own.

// %% answer
const far = await predict(trained, [bumps(10)], { draws: 300 });
claim('at x = 10 the epistemic part is smaller than in the gap', far.epistemic[0] < 0.5 * at(epistemic, 0));

// %% [markdown] answer
// **3.** Variances of independent parts add, not standard deviations: the squares of the two parts add up to the square of the
// whole, as in Pythagoras' theorem.

// %% answer
const whole = await predict(trained, [bumps(1)], { draws: 300 });
const pythagoras = Math.hypot(whole.aleatoric[0], whole.epistemic[0]);
claim('the squares add up', Math.abs(pythagoras / whole.standardDeviation[0] - 1) < 1e-6);

// %% [markdown]
// ## References
//
// * A. Kendall and Y. Gal, *What Uncertainties Do We Need in Bayesian Deep Learning for Computer Vision?*, 2017, arXiv 1703.04977,
//   equation 9.
// * D. Nix and A. Weigend, *Estimating the mean and variance of the target probability distribution*, 1994.
// * A. Foong et al., *On the Expressiveness of Approximate Inference in Bayesian Neural Networks*, 2020, arXiv 1909.00719, theorem 1.
