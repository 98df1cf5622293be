// %% [markdown]
// # 08 Gravitational waves
//
// Two black holes merge, and what is left rings like a bell. From a second of a noisy detector, a small Bayesian network says how fast
// the new black hole spins, with an interval: the task of the original system, in small.
//
// **Needs** notebook 04; no physics but what is explained. Ten minutes; half a minute of computing. How to run it stands at the head of
// 01; without Jupyter: `npx tsx tutorial/08-gravitational-waves.ts`.

// %%
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { averagePool1d, conv1d, denseFlipout, flatten, maxPool1d, sequential } from 'credence';
import { normal, predict, train } from 'credence';
import { gravitationExamples, heldOutSignals, makeSignals, windowShape } from 'credence/gravitation';
import { hideInNoise, optimalSnr, remnant, ringdown, toneOf, WhitenedWindows } from 'credence/gravitation';
import { plot, predictedFigure } from 'credence/node';
import { claim, credence, scratch, show } from './tools.ts';

// %% [markdown]
// ## What is left of a merger
//
// A binary of masses $m_1 \ge m_2$ (in solar masses) whose spins $\chi_1, \chi_2$ lie along the orbit leaves one black hole. Its spin $a_f$ is,
// to good accuracy, a polynomial of mass ratio and spins that was fitted to simulations (Husa et al. 2016, equations 3.6 to 3.8). It
// then rings, in a tone that general relativity gives as a function of its spin alone, in units of its mass: a frequency $\omega_R$ and a decay
// $\omega_I$ (Berti, Cardoso and Will 2006). So who measures the tone learns the spin.

// %%
const binary = { mass1: 36, mass2: 29, spin1: 0.3, spin2: -0.2 };
const { spin, mass } = remnant(binary);
const { frequency, decay } = toneOf(ringdown(spin), mass);
console.log(
  `spin ${spin.toFixed(3)}, ${mass.toFixed(1)} of ${binary.mass1 + binary.mass2} solar masses are left`,
);
console.log(`it rings at ${frequency.toFixed(0)} Hz for ${(1000 * decay).toFixed(1)} ms`);
claim('energy has left as waves', mass < binary.mass1 + binary.mass2);
const still = remnant({ mass1: 30, mass2: 30, spin1: 0, spin2: 0 });
claim('two equal holes without spin leave one of spin 0.686', Math.abs(still.spin - 0.6864) < 0.0001);

// %% [markdown]
// ## The wave
//
// The wave comes from a model of all three phases, IMRPhenomD (Khan et al. 2016): the slow inspiral, the merger, the ringdown. On the
// left the strain, and what is left of it when each frequency is divided by the detector's noise (*whitened*); on the right the
// spectrum beside the noise. In a terminal: `npx credence waveform --m1 36 --m2 29 --chi1 0.3 --chi2 -0.2 --distance 410 --plot signal.svg`.

// %%
const folder = scratch();
const words = ['--m1', '36', '--m2', '29', '--chi1', '0.3', '--chi2', '-0.2', '--distance', '410'];
const drawn = credence(folder, 'waveform', ...words, '--plot', 'signal.svg');
if (drawn.code !== 0) throw new Error(drawn.stderr);
await show(
  'A merger at 410 Mpc, as it is and as a detector hears it',
  readFileSync(join(folder, 'signal.svg'), 'utf8'),
);
console.log(
  `signal-to-noise ratio of a filter that knows the signal: ${optimalSnr(binary, { distance: 410 }).toFixed(0)}`,
);

// %% [markdown]
// ## In noise
//
// What a network is shown: a second, 8,192 samples, whitened, in white noise. How loud a signal is, is said here by its largest sample
// in standard deviations of the noise (its *peak SNR*). It is about a thirteenth of the ratio above, so that the events
// observed so far have about 1 to 3. To learn something within seconds, this notebook goes up to 12. `npx credence train gw` does the real thing in an hour or so.

// %%
const clean = new Float32Array(8192);
new WhitenedWindows().fill(clean, binary, { distance: 410 });
const key = { seed: 5, step: 0, replica: 0, layer: 0, example: 0 };
const windows = [2, 6].map((peakSnr) => {
  const heard = new Float32Array(clean.length);
  hideInNoise(heard, clean, peakSnr, key);
  return { peakSnr, heard };
});
// every fourth sample of the 0.2 s around the merger
const at = Array.from({ length: 410 }, (_, i) => 6700 + 4 * i);
const seconds = at.map((n) => n / 8192);
const panels = windows.map(({ peakSnr, heard }) => ({
  ...{ title: `peak SNR ${peakSnr}`, x: 'seconds', y: 'standard deviations' },
  lines: [{ name: 'what is heard', x: seconds, y: at.map((n) => heard[n]) }],
}));
await show('The same signal in noise: hardly to be seen on the left', await plot(panels));

// %% [markdown]
// ## A small network
//
// Two thousand binaries of all masses and spins are drawn; at each visit one is moved in its window, made as loud as a number that is
// drawn, and put into noise that was never there before, so that the network cannot learn the noise by heart. It begins with louder
// signals: who has heard nothing learns nothing from a whisper (a *curriculum*). Convolutions are numbers, dense layers Bayesian, as in
// the original; the second output is the noise of the answer, for a faint signal says less than a loud one.

// %%
const steps = 1500;
const least = 1;
const most = 12;
const peakSnr = (step: number): [number, number] => {
  const louder = Math.max(1, 8 * (1 - step / (steps / 2)));
  return [least * louder, most * louder];
};
const signals = makeSignals(2000, { seed: 1 });
const examples = gravitationExamples(signals, { seed: 1, targets: ['finalSpin'], peakSnr });
const convolution = (filters: number, kernelSize: number, strides = 1) => [
  conv1d({ filters, kernelSize, strides, activation: 'relu' }),
  maxPool1d({ window: 4 }),
];
const network = sequential(
  averagePool1d({ window: 4 }),
  ...[...convolution(8, 16, 2), ...convolution(16, 8), ...convolution(16, 8)],
  flatten(),
  denseFlipout({ units: 32, activation: 'relu' }),
  denseFlipout({ units: 2 }),
);

// %%
const model = {
  ...{ name: 'spin', input: { shape: windowShape, dtype: 'f32' as const }, network },
  likelihood: normal({ noise: 'predicted' }),
};
const settings = {
  iteration: steps,
  batchSize: 16,
  learningRate: 0.004,
  learningRateDecay: 'cosine',
} as const;
const trained = await train(model, examples, { ...settings, seed: 1 });
console.log(
  `${trained.result.step} steps; negative ELBO ${trained.result.last!.negativeElbo.toFixed(2)} nats per signal`,
);

// %% [markdown]
// ## What it has learned
//
// On 500 binaries, and noise, that it has never heard:

// %%
const heldOut = heldOutSignals(makeSignals(500, { seed: 1, part: 'test' }), {
  ...{ seed: 1, targets: ['finalSpin'], peakSnr: [least, most] },
});
const truth = Array.from(heldOut.targets);
const predicted = await predict(trained, heldOut.inputs as Float32Array, { draws: 50 });
const { mean, quantiles, aleatoric, epistemic } = predicted;
const rms = (values: number[]) => Math.sqrt(values.reduce((sum, own) => sum + own * own, 0) / values.length);
const average = truth.reduce((sum, own) => sum + own, 0) / truth.length;
const spread = rms(truth.map((own) => own - average));
const error = rms(truth.map((own, n) => own - mean[n]));
console.log(`error ${error.toFixed(3)}; of somebody who always says the mean, ${spread.toFixed(3)}`);
claim('the error is less than 0.85 of that of a constant', error < 0.85 * spread);
const held = truth.filter((own, n) => own >= quantiles[0][n] && own <= quantiles[2][n]).length / truth.length;
console.log(`90 % intervals hold ${(100 * held).toFixed(1)} % of the true spins`);
// four standard errors of a share of 0.9 of 500 are 5.4 %
claim('the intervals hold: 90 %, within 6 %', Math.abs(held - 0.9) < 0.06);

// %%
const some = (values: ArrayLike<number>) => Array.from(values).slice(0, 150);
const rows = { target: some(truth), mean: some(mean), q05: some(quantiles[0]), q95: some(quantiles[2]) };
const picture = await predictedFigure({ name: 'final spin', ...rows });
await show('Predicted against true spin of 150 mergers, with 90 % intervals', picture);

// %% [markdown]
// ## A whisper, and silence
//
// If the interval is honest it must widen where less is heard. One merger, louder and louder, eight times in other noise each; and at
// the left end nothing but noise.

// %%
const loudness = [0, 1, 2, 4, 7, 10];
const repeats = 8;
const heard = new Float32Array(loudness.length * repeats * 8192);
for (const [i, loud] of loudness.entries()) {
  for (let n = 0; n < repeats; n++) {
    const window = heard.subarray((i * repeats + n) * 8192, (i * repeats + n + 1) * 8192);
    hideInNoise(window, clean, loud, { ...key, step: 1 + n });
  }
}
const listened = await predict(trained, heard, { draws: 50 });
const averageOf = (values: Float64Array, i: number) =>
  values.subarray(i * repeats, (i + 1) * repeats).reduce((sum, own) => sum + own, 0) / repeats;
const of = (values: Float64Array) => loudness.map((_, i) => averageOf(values, i));
const whisper = await plot({
  ...{ x: 'peak SNR', y: 'final spin', width: 420 },
  bands: [
    { name: '90 % interval', x: loudness, low: of(listened.quantiles[0]), high: of(listened.quantiles[2]) },
  ],
  lines: [
    { name: 'mean', x: loudness, y: of(listened.mean) },
    { name: 'true', x: [0, 10], y: [spin, spin], dashed: true },
  ],
});
await show('The interval of one merger against its loudness', whisper);

// %%
const width = loudness.map(
  (_, i) => averageOf(listened.quantiles[2], i) - averageOf(listened.quantiles[0], i),
);
console.log(`width ${width.map((own) => own.toFixed(2)).join(', ')} at peak SNR ${loudness.join(', ')}`);
claim('at peak SNR 10 the interval is narrower than at 1', width[5] < width[1]);
const [low, high] = [averageOf(listened.quantiles[0], 5), averageOf(listened.quantiles[2], 5)];
console.log(
  `at peak SNR 10: spin ${averageOf(listened.mean, 5).toFixed(2)}, 90 % from ${low.toFixed(2)} to ${high.toFixed(2)}`,
);
claim('the interval holds the true spin', spin > low && spin < high);

// %% [markdown]
// It widens, though not by much: a network that trained for seconds has not learned how little it hears. And pure noise, at 0, was never
// in its training: of that it may say anything. That is the lesson of notebook 04 again.
//
// The whole network of the original (seven convolutions, three leaves for spin, frequency and decay) reaches relative errors of a few
// percent at peak SNR 1 to 3: [docs/gravitational-waves.md](../docs/gravitational-waves.md) has its numbers, and how each part is checked against
// LALSimulation.
//
// ## Exercises
//
// 1. Which of the two parts of the uncertainty dominates here, and what would make it smaller?
// 2. Why is the signal whitened before the network sees it?
// 3. Frequencies fall as 1 over the mass. How can a network that is not told the mass learn the spin?

// %% [markdown] answer
// **1.** The noise of the answer: what the detector's noise, and a network this small, leave open. More binaries would hardly help; louder
// signals, another detector, or a larger network would.

// %% answer
const part = (values: Float64Array) => values.reduce((sum, own) => sum + own, 0) / values.length;
console.log(`aleatoric ${part(aleatoric).toFixed(3)}, epistemic ${part(epistemic).toFixed(3)}`);
claim('the aleatoric part is the larger one', part(aleatoric) > part(epistemic));

// %% [markdown] answer
// **2.** Below 20 Hz and above some kHz the detector's noise is larger by many orders of magnitude than where the signal is. Divided by
// its noise, every frequency counts for what can be learned from it: that is what an optimal filter does.

// %% [markdown] answer
// **3.** Not from the tone alone. The inspiral's chirp gives a combination of the masses, and the number of oscillations that the tone
// lives, $\omega_R / 2 \omega_I$, has no unit and depends on the spin alone.

// %% answer
const qualities = [0.2, 0.5, 0.8]
  .map((own) => ringdown(own))
  .map((tone) => tone.omegaReal / (2 * tone.omegaImaginary));
console.log(`quality at spins 0.2, 0.5, 0.8: ${qualities.map((own) => own.toFixed(2)).join(', ')}`);
claim('it grows with the spin', qualities[0] < qualities[1] && qualities[1] < qualities[2]);

// %% [markdown]
// ## References
//
// * H. Shen, E. Huerta et al., *Statistically-informed deep learning for gravitational wave parameter estimation*, 2019, arXiv 1903.01998.
// * S. Khan et al., 2016, arXiv 1508.07253: IMRPhenomD, equations 13 to 36. S. Husa et al., 2016, arXiv 1508.07250, equations 3.6 to 3.8.
// * E. Berti, V. Cardoso and C. Will, 2006, arXiv gr-qc/0512160: the tones of black holes.
