/**
 * The time of a training step against ranks, as threads and under both MPIs. Weak scaling: a batch and a replica per
 * rank. Strong: one and the same run, of as many replicas as there are ranks at most, shared by fewer or more ranks.
 * Through the built command line, rounds interleaved; quote ratios of one run, on a machine that does nothing else.
 *
 * npx tsx bench/scaling.ts [--models BNN_conv_flip,CNN_conv] [--communicators threads,openmpi,mpich] [--ranks 1,2]
 *   [--scalings weak,strong] [--reduce exact,fast] [--batch 64] [--steps 120] [--rounds 5] [--out FILE.json] [--json]
 *
 * credence simulate --measured FILE.json --figure FILE.svg draws what --out wrote.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { type Spread, spread } from './statistics.ts';

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: 'BNN_conv_flip,CNN_conv' },
    communicators: { type: 'string', default: 'threads,openmpi,mpich' },
    ranks: { type: 'string', default: '1,2' },
    scalings: { type: 'string', default: 'weak,strong' },
    reduce: { type: 'string', default: 'exact' },
    /** examples per replica */
    batch: { type: 'string', default: '64' },
    steps: { type: 'string', default: '120' },
    rounds: { type: 'string', default: '5' },
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const launchers: Readonly<Record<string, readonly string[]>> = {
  openmpi: ['mpiexec.openmpi', '--allow-run-as-root', '--oversubscribe'],
  mpich: ['mpiexec.mpich'],
};
const ranks = values.ranks.split(',').map(Number);
const mostRanks = Math.max(...ranks);
const batch = Number(values.batch);

interface Case {
  readonly model: string;
  readonly communicator: string;
  readonly scaling: string;
  readonly reduce: string;
  readonly ranks: number;
  readonly replicas: number;
}

/** @returns samples per second over all ranks */
async function measure({ model, communicator, reduce, ranks: count, replicas }: Case): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'credence-scaling-'));
  try {
    const launcher = launchers[communicator];
    const settings = {
      batchSize: batch,
      replicas,
      reduce,
      iteration: Number(values.steps),
      draws: 1,
      out: join(folder, 'run'),
    };
    // Alone, a launched process is one of its own, which would take a thread per core.
    const given = Object.entries(launcher && count > 1 ? settings : { ...settings, ranks: count });
    const main = join(import.meta.dirname, '../dist/cli/main.js');
    const train = [
      process.execPath,
      main,
      'train',
      model,
      '--json',
      ...given.flatMap(([key, value]) => [`--${key}`, `${value}`]),
    ];
    const [program, ...words] = launcher ? [...launcher, '-n', String(count), ...train] : train;
    const { stdout } = await promisify(execFile)(program, words, { cwd: join(import.meta.dirname, '..') });
    return (JSON.parse(stdout) as { samplesPerSecond: number }).samplesPerSecond;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const list = (text: string) => text.split(',');
const groups = list(values.models).flatMap((model) =>
  list(values.communicators).flatMap((communicator) =>
    list(values.scalings).flatMap((scaling) =>
      list(values.reduce).map((reduce) => ({
        ...{ model, communicator, scaling, reduce },
        cases: ranks.map((count): Case => {
          const replicas = scaling === 'weak' ? count : mostRanks;
          return { model, communicator, scaling, reduce, ranks: count, replicas };
        }),
      })),
    ),
  ),
);
const measured = new Map<Case, number[]>(groups.flatMap(({ cases }) => cases.map((one) => [one, []])));
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [one, found] of measured) found.push(await measure(one));
}

const series = groups.map(({ cases, ...group }) => ({
  ...group,
  batch: group.scaling === 'weak' ? batch : batch * mostRanks,
  points: cases.map((one) => {
    const throughput = spread(measured.get(one) ?? []);
    // pairs of one round: what slowed the machine down met both
    const ratio = spread((measured.get(one) ?? []).map((value, i) => value / (measured.get(cases[0])?.[i] ?? 0)));
    return { ranks: one.ranks, stepMs: (1e3 * batch * one.replicas) / throughput.median, throughput, ratio };
  }),
}));
const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
const text = `${JSON.stringify({ machine, rounds: Number(values.rounds), series }, null, 2)}\n`;
if (values.out) writeFileSync(values.out, text);
process.stdout.write(values.json ? text : table());

function table(): string {
  const shown = ({ median, min, max }: Spread, digits: number) =>
    `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}\n`,
    `| model | ranks as | scaling | reduce | ranks | step, ms | samples/s | against ${ranks[0]} |`,
    '|---|---|---|---|---:|---:|---:|---:|',
  ];
  for (const { model, communicator, scaling, reduce, points } of series) {
    for (const { ranks: count, stepMs, throughput, ratio } of points) {
      const figures = [stepMs.toFixed(3), shown(throughput, 0), shown(ratio, 2)];
      lines.push(`| ${[model, communicator, scaling, reduce, count, ...figures].join(' | ')} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}
