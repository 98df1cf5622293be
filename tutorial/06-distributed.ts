// %% [markdown]
// # 06 Distributed, step by step
//
// The same training on several ranks: what they share, why the result is the same bits however many there are, what happens when one of
// them dies, how jobs get onto a cluster, and what limits the speed-up.
//
// **Needs** notebook 01, and a terminal. Eight minutes; half a minute of computing. How to run it stands at the head of 01; without
// Jupyter: `npx tsx tutorial/06-distributed.ts`. Nothing but this repository is needed: ranks are threads here, and MPI where it is found.

// %%
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { normals } from 'credence';
import { scalingFigure } from 'credence/node';
import { claim, credence, scratch, show } from './tools.ts';

// %% [markdown]
// ## What a replica is
//
// Data parallelism splits a step. A *replica* is a batch of its own **and a draw of the weights of its own**; with $R$ replicas a step's
// gradient is the mean over them,
//
// $$g = \frac1R \sum_{r=1}^R \frac1B \sum_{n \in \text{batch}_r} \nabla_\theta \left[ -\ln p(y_n \mid x_n, w_r) \right] + \frac{\nabla_\theta \mathrm{KL}}{N}, \qquad w_r \sim q_\theta$$
//
// so that for a Bayesian network more replicas also mean more Monte Carlo draws, and less variance of the gradient (notebook 02). The KL
// is a formula of the parameters: all ranks compute it alike. A *rank* is a thread or a process that does some of the work. In
// credence, `replicas` says **what** is computed, and the number of ranks only **who** computes it.
//
// ## The same bits on 1, 2 and 4 ranks
//
// A table of 2,000 rows, and one training with four replicas, on one, two and four ranks. What is compared is the SHA-256 of all
// parameters: one bit of difference would give another.

// %%
const folder = scratch();
const [x, e] = [normals(2000, 1), normals(2000, 2)];
const rows = Array.from(x, (own, n) => `${own.toFixed(3)},${(Math.sin(2 * own) + 0.1 * e[n]).toFixed(3)}`);
writeFileSync(join(folder, 'sine.csv'), ['x,y', ...rows, ''].join('\n'));
const common = ['sine.csv', '--target', 'y', '--replicas', '4', '--batchSize', '16', '--seed', '7', '--json'];
function parametersOf(...words: string[]): string {
  const { code, stdout, stderr } = credence(folder, ...words);
  if (code !== 0) throw new Error(stderr);
  return (JSON.parse(stdout) as { parametersSha256: string }).parametersSha256;
}
const train = (ranks: number, ...words: string[]) =>
  parametersOf('train', ...common, '--iteration', '300', '--ranks', `${ranks}`, ...words);
const bits = [1, 2, 4].map((ranks) => train(ranks));
const first = bits[0].slice(0, 16);
claim(
  'the parameters are the same bits on 1, 2 and 4 ranks',
  bits.every((own) => own.startsWith(first)),
);

// %% [markdown]
// That is not a matter of course. Noise must not depend on who draws it: here every random number is a function of seed, step, replica and
// layer (Salmon et al. 2011). And sums must not depend on who adds: floating-point addition is not associative.

// %%
const gradients = [1e8, 1, -1e8, 1];
const add = (a: number, b: number) => Math.fround(a + b);
const oneAfterAnother = gradients.reduce(add);
const [a, b, c, d] = gradients;
const inPairs = add(add(a, b), add(c, d));
console.log(`one after another ${oneAfterAnother}`);
console.log(`in pairs          ${inPairs}`);
claim('four numbers, two orders, two sums', oneAfterAnother !== inPairs);

// %% [markdown]
// The exact reduction adds in one fixed tree over the replicas, whoever has them. The fast one (`--reduce fast`) lets each rank add up
// its own first, and sends half as much: equal to rounding, and no longer the same bits on another number of ranks.

// %%
const fast = [1, 2].map((ranks) => train(ranks, '--reduce', 'fast'));
console.log(`fast, one rank: ${fast[0] === bits[0] ? 'the bits of' : 'other bits than'} the exact reduction`);
console.log(`fast, two ranks: ${fast[1] === fast[0] ? 'the same bits as' : 'other bits than'} on one`);
claim('and exact again: the same bits as before', train(2, '--reduce', 'exact') === bits[0]);

// %% [markdown]
// ## Several processes
//
// `credence launch` starts the ranks as processes by the `mpiexec` that is found (Open MPI or MPICH), else as threads. Nothing changes in
// what they compute.

// %%
const launched = parametersOf('launch', '-n', '2', 'train', ...common, '--iteration', '300');
claim('two launched ranks: the same bits', launched === bits[0]);

// %% [markdown]
// ## A rank dies
//
// To see what happens, the model below comes from a module which makes one rank leave in the middle: the thread in the second seat ends
// itself after half a second, once. On a cluster this is a node that fails; there, other systems wait for ever.

// %%
const module = `
import { existsSync, writeFileSync } from 'node:fs';
import { isMainThread, workerData } from 'node:worker_threads';
import { denseFlipout, normal, sequential } from 'credence';

if (!isMainThread && workerData.seat.rank === 1 && !existsSync('left')) {
  setTimeout(() => { writeFileSync('left', ''); process.exit(9); }, 500);
}
const network = sequential(denseFlipout({ units: 50, activation: 'relu' }), denseFlipout({ units: 1 }));
export default { network, likelihood: normal() };
`;
writeFileSync(join(folder, 'leaves.mjs'), module);
const long = [...common, '--model', './leaves.mjs', '--iteration', '3000', '--ranks', '2'];
const dead = credence(folder, 'train', ...long, '--checkpointEvery', '100', '--out', 'runs/dies');
// steps and hosts are others on every machine
const told = dead.stderr
  .trim()
  .replaceAll(hostname(), 'HOST')
  .replaceAll(/step \d+/g, 'step N');
console.log(told);
claim(
  'the run fails, and names the rank that is gone',
  dead.code === 1 && told.includes('rank 1 on HOST ended'),
);

// %% [markdown]
// The other rank noticed, said who is missing and what it was waiting for, and kept the last complete step. Whoever goes on from there
// ends where an undisturbed run ends: to the last bit, also on another number of ranks.

// %%
const resumed = parametersOf('train', '--resume', 'runs/dies', '--json');
claim('the rank had left in the middle', existsSync(join(folder, 'left')));
const alone = [...common, '--model', './leaves.mjs', '--iteration', '3000', '--ranks', '1'];
const undisturbed = parametersOf('train', ...alone);
claim('resumed: the bits of a run that nothing disturbed', resumed === undisturbed);

// %% [markdown]
// `credence launch --restarts 3` does that by itself, and on a cluster a job that is submitted again goes on from its last checkpoint.
//
// ## Onto a cluster
//
// `credence submit` writes the job for the batch system at hand. Here is what it would hand over, for two nodes of a Slurm cluster, of
// Theta's Cobalt, and to Balsam: `--dry-run` prints and submits nothing. (Paths are shortened.)

// %%
function job(scheduler: string, ...words: string[]): string {
  const how = ['--nodes', '2', '--time', '1h', '--program', 'credence', '--dry-run'];
  const { code, stdout, stderr } = credence(
    folder,
    'submit',
    '--scheduler',
    scheduler,
    ...how,
    ...words,
    'train',
    'mnist',
  );
  if (code !== 0) throw new Error(stderr);
  return stdout.replaceAll(folder, '~/work').trim();
}
console.log(job('slurm', '--mpi', 'pmix', '--account', 'myproject'));

// %%
const ranks = ['--ranksPerNode', '1', '--threadsPerRank', '128', '--threadsPerCore', '2'];
const cobalt = job('cobalt', ...ranks, '--queue', 'debug-flat-quad', '--account', 'myproject');
console.log(cobalt);
claim(
  'ranks are started as the original did on Theta',
  cobalt.includes('aprun -n 2 -N 1 -cc depth -d 128 -j 2'),
);

// %%
console.log(
  job('balsam', '--site', 'theta', ...ranks, '--queue', 'debug-flat-quad', '--account', 'myproject'),
);

// %% [markdown]
// ## How much faster?
//
// First on this machine: a Bayesian network and its deterministic twin, each with one replica per rank, on one and on two threads, and
// what the model of the next section expects. Close everything else if you want numbers to quote.

// %% timed
const models = ['--models', 'BNN_conv_flip,CNN_conv', '--engines', 'wasm', '--communicators', 'threads'];
const short = ['--ranks', '1,2', '--scalings', 'weak', '--rounds', '1', '--seconds', '0.3'];
const measured = credence(folder, 'bench', 'scaling', ...models, ...short, '--out', 'scaling.json');
if (measured.code !== 0) throw new Error(measured.stderr);
console.log(measured.stdout.trim());
credence(folder, 'simulate', '--measured', 'scaling.json', '--ranks', '1,2', '--figure', 'scaling.svg');
await show('Measured here on one and two threads', readFileSync(join(folder, 'scaling.svg'), 'utf8'));

// %% [markdown]
// Then on paper. Three things keep $R$ ranks from being $R$ times as fast: the gradient has to travel (its bytes over the bandwidth, and a
// latency per message: Thakur et al. 2005), all wait for the slowest, and some work is done by each. A step of time $t_1$ on one rank
// takes, with one batch per rank,
//
// $$t_R = t_1 (1 + s L_R) + t_{\text{comm}}(R), \qquad \text{speed-up} = R \frac{t_1}{t_R}$$
//
// where $s$ is how unevenly ranks compute, and $L_R$ the expected delay of the last of $R$, in units of it. The machine below is Theta as
// the original saw it, with Horovod's waiting in $s$; a step took 75.8 ms on one node. For the deterministic twin, half of that is *assumed*.

// %%
const nodes = [1, 2, 4, 6, 8];
function simulate(model: string, milliseconds: number) {
  const machine = [
    '--machine',
    'theta-horovod',
    '--step',
    `${milliseconds}`,
    '--model',
    model,
    '--batch',
    '128',
  ];
  const { code, stdout, stderr } = credence(
    folder,
    'simulate',
    ...machine,
    '--ranks',
    nodes.join(),
    '--json',
  );
  if (code !== 0) throw new Error(stderr);
  type Simulated = { simulations: { predictions: { ranks: number; speedUp: number }[] }[] };
  return (JSON.parse(stdout) as Simulated).simulations[0].predictions;
}

// %%
const bnn = simulate('BNN_conv_flip', 75.8);
const cnn = simulate('CNN_conv', 37.9);
for (const [i, { ranks: own, speedUp }] of bnn.entries()) {
  console.log(`${own} nodes: BNN ${speedUp.toFixed(2)}, CNN ${cnn[i].speedUp.toFixed(2)}`);
}

// %%
// seconds of an epoch on one node: 60,000 images in batches of 128
const epoch = (milliseconds: number) => ((60_000 / 128) * milliseconds) / 1000;
// speed-ups that the original published: 1.8 on two nodes, 6.07 on eight
const published = [
  { ranks: 2, speedUp: 1.8 },
  { ranks: 8, speedUp: 6.07 },
];
const picture = await scalingFigure('MNIST on Theta, 1 to 8 nodes', [
  { name: 'BNN_conv_flip', epochSeconds: epoch(75.8), simulated: bnn, measured: published },
  { name: 'CNN_conv', epochSeconds: epoch(37.9), simulated: cnn, measured: [] },
]);
await show(
  'Training time and speed-up on Theta: curves simulated, points published by the original',
  picture,
);
claim(
  'the simulated speed-up on 8 nodes is the published one, within 2 %',
  Math.abs(bnn[4].speedUp / 6.07 - 1) < 0.02,
);

// %% [markdown]
// `npx credence simulate --machine theta --step 75.8 --overlap --wire bfloat16` says how far it goes if ranks are as even as the
// machine allows and the gradient travels while it is being computed.
//
// ## Exercises
//
// 1. With `--replicas 4 --ranks 3`, who does what? Will the bits be the same?
// 2. Twice the replicas, and the learning rate stays: what changes in the training, and what does credence do about it?
// 3. What if the *first* rank dies?

// %% [markdown] answer
// **1.** Ranks share *units*, replicas or slices of their batches, as evenly as it goes; one of the three does more. The tree of sums is
// over units, so that the bits are the same, as the next cell shows.

// %% answer
claim('three ranks: the same bits', train(3) === bits[0]);

// %% [markdown] answer
// **2.** The gradient has half the variance, and a pass over the data has half as many steps. By itself credence lets the rate grow
// with the number of replicas (`--learningRateScaling linear`, Goyal et al. 2017; `sqrt` and `none` are the other choices); with
// `--warmupSteps` the rate rises gently.

// %% [markdown] answer
// **3.** All others end with an error that names it, and the run goes on from its last *written* checkpoint: the first rank alone writes
// (`--checkpointEvery`).

// %% [markdown]
// ## References
//
// * P. Goyal et al., *Accurate, Large Minibatch SGD*, 2017, arXiv 1706.02677, section 2: replicas and the learning rate.
// * J. Salmon et al., *Parallel Random Numbers: As Easy as 1, 2, 3*, 2011: Philox, noise as a function.
// * R. Thakur, R. Rabenseifner and W. Gropp, *Optimization of Collective Communication Operations in MPICH*, 2005.
// * [docs/reliability.md](../docs/reliability.md): what is promised when ranks fail, and how it is tested.
