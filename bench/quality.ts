/**
 * Trains every model with several seeds as the peers' quality was measured (8,000 steps at batch 64, 30 draws, full test
 * set) and prints the table beside the figures of TensorFlow Probability in peers/tfp-quality.jsonl.
 *
 * npx tsx bench/quality.ts [--seeds 1,2,3] [--models …] [--precision f32] [--from results.jsonl] [--to results.jsonl]
 *
 * Needs `npm run build`. With --to each result is appended to a file as it comes; --from prints the table of such a file
 * without training.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { modelNames } from '../src/models/index.ts';
import { trainedBy } from './command.ts';

interface Figures {
  readonly model: string;
  readonly accuracy: number;
  readonly nll: number;
  readonly ece: number;
}

interface PeerLine {
  readonly workload: string;
  readonly variant: string;
  readonly acc: number;
  readonly nll: number;
  readonly ece: number;
}

/** Our names of the peers' workloads. */
const peerModels: Readonly<Record<string, string>> = {
  'W1 flip': 'BNN_FC_flip',
  'W1 reparam': 'BNN_FC_nonflip',
  'W1 det': 'CNN_FC',
  'W2 flip': 'BNN_conv_flip',
  'W2 reparam': 'BNN_conv_nonflip',
  'W2 det': 'CNN_conv',
};

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    models: { type: 'string', default: modelNames.filter((name) => !name.startsWith('GW')).join(',') },
    precision: { type: 'string', default: 'f32' },
    from: { type: 'string' },
    to: { type: 'string' },
  },
});

async function trained(): Promise<Figures[]> {
  const results: Figures[] = [];
  for (const seed of values.seeds.split(',')) {
    for (const model of values.models.split(',')) {
      const args = [model, '--iteration', '8000', '--batchSize', '64', '--draws', '30', '--ranks', '1', '--seed', seed];
      if (values.precision !== 'f32') args.push('--precision', values.precision);
      const answer = await trainedBy(args);
      const result = { ...answer, seed: Number(seed), command: `credence train ${args.join(' ')}` };
      results.push(result as unknown as Figures);
      if (values.to) appendFileSync(values.to, `${JSON.stringify(result)}\n`);
    }
  }
  return results;
}

function lines<T>(path: string | URL): T[] {
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

/** Mean and standard error over seeds. */
function summary(numbers: readonly number[], digits: number): string {
  const n = numbers.length;
  const mean = numbers.reduce((sum, x) => sum + x, 0) / n;
  if (n < 2) return mean.toFixed(digits);
  const variance = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1);
  return `${mean.toFixed(digits)} ± ${Math.sqrt(variance / n).toFixed(digits)}`;
}

function row(name: string, of: readonly Figures[]): string {
  const [accuracy, nll, ece] = [of.map((f) => f.accuracy), of.map((f) => f.nll), of.map((f) => f.ece)];
  return `${name} | ${of.length} | ${summary(accuracy, 4)} | ${summary(nll, 4)} | ${summary(ece, 4)} |`;
}

const peers = lines<PeerLine>(new URL('peers/tfp-quality.jsonl', import.meta.url)).map(
  ({ workload, variant, acc, nll, ece }): Figures => ({
    model: peerModels[`${workload} ${variant}`]!,
    accuracy: acc,
    nll,
    ece,
  }),
);
const ours = values.from ? lines<Figures>(values.from) : await trained();
process.stdout.write('| model | by | seeds | accuracy | NLL | calibration error |\n|---|---|---:|---:|---:|---:|\n');
for (const model of values.models.split(',')) {
  const of = (all: readonly Figures[]) => all.filter((one) => one.model === model);
  process.stdout.write(`${row(`| ${model} | credence`, of(ours))}\n`);
  if (of(peers).length > 0) process.stdout.write(`${row('| | TFP', of(peers))}\n`);
}
