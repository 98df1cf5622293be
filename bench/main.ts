/**
 * `npm run bench`: training throughput of every model, engine and batch size, its peak memory, and the start-up time,
 * measured through the command line as a user runs it; then the kernels. Repetitions are interleaved (A B C, A B C, …),
 * so that a change of the machine's speed meets all alike; quote medians, and ratios only from one run.
 *
 * npm run bench -- [--json] [--rounds 5] [--models BNN_conv_flip,CNN_conv] [--batches 64,128] [--engines wasm] [--ranks 1,2]
 */
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { modelNames } from '../src/models/index.ts';
import { type Measured, measureTraining } from './command.ts';
import { benchKernels } from './kernels.ts';
import { type Spread, spread } from './statistics.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    models: { type: 'string', default: modelNames.join(',') },
    batches: { type: 'string', default: '64,128' },
    engines: { type: 'string', default: 'wasm' },
    /** threads, each with a replica of its own: the batch is per rank */
    ranks: { type: 'string', default: '1' },
    kernels: { type: 'boolean', default: true },
  },
  allowNegative: true,
});

interface Workload {
  readonly workload: string;
  readonly engine: string;
  readonly precision: 'f32';
  readonly batch: number;
  readonly ranks: number;
}

interface Result extends Workload {
  /** median over the rounds */
  readonly samplesPerSecond: number;
  readonly spread: Spread;
  readonly peakRssMB: number;
}

/** Steps per measurement: a second or two of work at any batch size. */
function stepsFor(workload: string, batch: number): number {
  const perSecond = workload.includes('FC') ? 40_000 : 5_000;
  return Math.max(60, Math.round((1.5 * perSecond) / batch));
}

async function main(): Promise<void> {
  const list = (text: string) => text.split(',');
  const workloads = list(values.engines).flatMap((engine) =>
    list(values.models).flatMap((workload) =>
      list(values.batches).flatMap((batch) =>
        list(values.ranks).map(
          (ranks): Workload => ({ workload, engine, precision: 'f32', batch: Number(batch), ranks: Number(ranks) }),
        ),
      ),
    ),
  );
  const rounds = Number(values.rounds);
  const measured = workloads.map((): Measured[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, workload] of workloads.entries()) {
      measured[i]!.push(await measure(workload));
      progress(`round ${round + 1} of ${rounds}: ${workload.workload}, batch ${workload.batch}`);
    }
  }
  const results = workloads.map((workload, i): Result => {
    const throughput = spread(measured[i]!.map(({ answer }) => Number(answer.samplesPerSecond)));
    return {
      ...workload,
      samplesPerSecond: throughput.median,
      spread: throughput,
      peakRssMB: spread(measured[i]!.map(({ peakRssMB }) => peakRssMB)).median,
    };
  });
  const firstStepSeconds = spread(measured[0]!.map((one) => one.firstStepSeconds));
  const kernels = values.kernels ? await benchKernels() : [];
  const machine = {
    cpu: cpus()[0]!.model,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
  };
  if (values.json) process.stdout.write(`${JSON.stringify({ machine, results, firstStepSeconds, kernels })}\n`);
  else print(machine, results, firstStepSeconds, kernels);
}

function measure({ workload, engine, batch, ranks }: Workload): Promise<Measured> {
  const settings = {
    engine,
    batchSize: batch,
    iteration: stepsFor(workload, batch),
    draws: 1,
    ranks,
    replicas: ranks,
  };
  return measureTraining([workload, ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`])]);
}

function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
}

function print(
  machine: Readonly<Record<string, string | number>>,
  results: readonly Result[],
  firstStep: Spread,
  kernels: Awaited<ReturnType<typeof benchKernels>>,
): void {
  const out = (line: string) => process.stdout.write(`${line}\n`);
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  out(`${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}, ${machine.date}\n`);
  out('| model | engine | batch per rank | ranks | samples/s (median) | min to max | peak RSS, MB |');
  out('|---|---|---:|---:|---:|---:|---:|');
  for (const { workload, engine, batch, ranks, samplesPerSecond, spread: range, peakRssMB } of results) {
    const [median, min, max] = [samplesPerSecond, range.min, range.max].map((value) => Math.round(value));
    out(`| ${workload} | ${engine} | ${batch} | ${ranks} | ${median} | ${min} to ${max} | ${Math.round(peakRssMB)} |`);
  }
  const seconds = (value: number) => value.toFixed(2);
  out(
    `\nFrom the command to the first finished step (${results[0]!.workload}): ${seconds(firstStep.median)} s ` +
      `(${seconds(firstStep.min)} to ${seconds(firstStep.max)})\n`,
  );
  if (kernels.length === 0) return;
  out('| kernel | figure | median | min to max |');
  out('|---|---|---:|---:|');
  for (const { name, unit, median, min, max } of kernels) {
    out(`| ${name} | ${unit} | ${median.toFixed(1)} | ${min.toFixed(1)} to ${max.toFixed(1)} |`);
  }
}

await main();
