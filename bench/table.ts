/**
 * The time of 5,000 epochs of a table of 1,030 rows, beside other libraries: one hidden layer of 50, batch 32, 161,000 steps.
 * Measured in turn, round by round, on one core: ours over all of it, the peers over a shorter stretch.
 *
 * PEERS=FOLDER npx tsx bench/table.ts [--rounds 5] [--epochs 100]
 *
 * FOLDER holds the environments tf, torch and jax; without it ours is measured alone. Ours with its set-up and compilation, by
 * the clock; the peers without theirs (bench/peers/table.py). A peer is held to ours of the same estimator.
 * --own ESTIMATOR: ours in this process.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { denseFlipout, denseReparameterization, sequential } from '../src/layers/index.ts';
import { describeMachine, spread } from '../src/machine/index.ts';
import { tableSettings } from '../src/cli/own-data.ts';
import { fillNormal, purpose } from '../src/random/index.ts';
import { chooseEngine } from '../src/compose/index.ts';
import { table, train } from '../src/library/index.ts';
import { normal } from '../src/likelihoods/index.ts';
import { capture } from './command.ts';

interface Answer {
  readonly how: string;
  /** steps per second */
  readonly rate: number;
}

const [count, features, batchSize, wholeEpochs] = [1030, 8, 32, 5000];

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    epochs: { type: 'string', default: '100' },
    own: { type: 'string' },
  },
});
if (values.own) process.stdout.write(`${JSON.stringify(await measureOwn(values.own, Number(values.epochs)))}\n`);
else await compare(Number(values.rounds), Number(values.epochs));

/** Rows of noise, and a target that follows from the first column. */
async function measureOwn(estimator: string, epochs: number): Promise<Answer> {
  const inputs = new Float32Array(count * features);
  fillNormal(inputs, { seed: 0, purpose: purpose.initialValue, step: 0, replica: 0, layer: 0, example: 0 });
  const targets = Array.from(
    { length: count },
    (_, i) => Math.sin(inputs[i * features]!) + 0.1 * inputs[i * features + 1]!,
  );
  const iteration = Math.round((epochs * count) / batchSize);
  const began = performance.now();
  const data = table({ inputs, shape: [count, features], targets });
  const dense = estimator === 'flipout' ? denseFlipout : denseReparameterization;
  const network = sequential(
    dense({ units: 50, activation: 'relu', bias: 'normal' }),
    dense({ units: 1, bias: 'normal' }),
  );
  const model = { name: estimator, input: data.input, network, likelihood: normal() };
  await train(model, data, {
    ...tableSettings,
    batchSize,
    iteration,
    slices: 1,
    kernels: await chooseEngine('auto'),
  });
  return { how: `credence ${estimator}`, rate: (1000 * iteration) / (performance.now() - began) };
}

async function compare(rounds: number, epochs: number): Promise<void> {
  const core = ['taskset', '-c', `${availableParallelism() - 1}`];
  const programs = [
    ...['flipout', 'reparameterization'].map((estimator) => [
      ...[...core, process.execPath, ...process.execArgv, import.meta.filename],
      ...['--own', estimator, '--epochs', `${wholeEpochs}`],
    ]),
    ...peers().map((words) => [...core, ...words, '--epochs', `${epochs}`]),
  ];
  const rates = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const program of programs) {
      const line = (await capture(program)).trim().split('\n').at(-1)!;
      const { how, rate } = JSON.parse(line) as Answer;
      rates.set(how, [...(rates.get(how) ?? []), rate]);
      process.stderr.write(`${how}: ${Math.round(rate)} steps/s\n`);
    }
  }
  const { cpu, cores, node, date } = describeMachine();
  const steps = (wholeEpochs * count) / batchSize;
  const lines = [...rates].map(([how, all]) => {
    const { median, min, max } = spread(all);
    const [middle, low, high] = [median, min, max].map((rate) => Math.round(rate).toLocaleString('en-US'));
    const own = rates.get(`credence ${how.includes('flipout') ? 'flipout' : 'reparameterization'}`)!;
    // round by round: what else the machine does changes from one to the next
    const ratio = spread(all.map((rate, round) => own[round]! / rate)).median;
    return `| ${how} | ${middle} (${low} to ${high}) | ${(steps / median).toFixed(1)} | ${ratio.toFixed(2)} |`;
  });
  process.stdout.write(
    `${cpu}, one of ${cores} cores, Node ${node}, ${date}. Medians of ${rounds} rounds in turn.\n\n` +
      `| program | steps per second | 5,000 epochs, s | times ours |\n|---|---:|---:|---:|\n${lines.join('\n')}\n`,
  );
}

/** Each peer by each estimator and way that is among its fastest. */
function peers(): string[][] {
  const program = join(import.meta.dirname, 'peers/table.py');
  const ways = [
    [],
    ['--compile'],
    ['--estimator', 'reparameterization'],
    ['--estimator', 'reparameterization', '--compile'],
  ];
  return [
    ['tf', 'tfp'],
    ['torch', 'torch'],
    ['jax', 'jax'],
  ].flatMap(([environment, peer]) => {
    const python = join(process.env.PEERS ?? '', environment!, 'bin/python');
    // JAX knows no other way than compiled
    const own = peer === 'jax' ? ways.filter((way) => !way.includes('--compile')) : ways;
    return existsSync(python) ? own.map((way) => [python, program, peer!, ...way]) : [];
  });
}
