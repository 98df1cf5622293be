import { availableParallelism } from 'node:os';
import { UsageError } from '../../../errors/index.ts';
import {
  isLarge,
  benchScaling,
  benchTraining,
  communicatorNames,
  describeMachine,
  engineNames,
  launchersOf,
  scalingTable,
  trainingTable,
  workingEngines,
} from '../../../machine/index.ts';
import { modelNames } from '../../../models/index.ts';
import type { Given } from '../../command-file.ts';
import { display, layerOfFlags, resolveConfiguration } from '../../configuration/index.ts';
import { describeEngine } from '../../../compose/index.ts';
import { assertPlaceFor, writeOutput } from '../../output-file.ts';
import type { Terminal } from '../../terminal.ts';
import { integers, number, someOf } from '../../values.ts';

/** Not there where the default depends on what is measured. */
interface BenchOptions {
  readonly models?: string;
  readonly engines?: string;
  readonly precisions: string;
  readonly batches?: string;
  readonly ranks?: string;
  readonly rounds: string;
  readonly seconds?: string;
  readonly communicators?: string;
  readonly scalings: string;
  readonly reductions: string;
  readonly out?: string;
}

/** What is measured: of `results` and `series` whichever was asked for. */
interface Report {
  readonly machine: ReturnType<typeof describeMachine>;
  readonly rounds: number;
  readonly results?: readonly unknown[];
  readonly series?: readonly unknown[];
}

/** `credence bench`: how fast this machine trains, and how the time of a step goes with the number of ranks. */
export async function bench({ words, json, ...given }: Given, { stdout, stderr }: Terminal): Promise<number> {
  const [what = ''] = words;
  const options = given.options<BenchOptions>();
  const subject = what === 'training' || what === 'scaling' ? what : refuse(what);
  const rounds = number('rounds', options.rounds, 1, 1000, Number.isInteger);
  const seconds = options.seconds === undefined ? null : number('seconds', options.seconds, 0.1, 3600);
  const onDone = (text: string): void => {
    if (stderr.isTTY) stderr.write(`\r\x1b[K${text}`);
  };
  const pace = { rounds, seconds, onDone };
  // Before minutes of measuring that would have no place.
  if (options.out !== undefined) assertPlaceFor(options.out, '--out');
  const machine = describeMachine();
  let report: Report;
  let table: string;
  if (subject === 'training') {
    const results = await benchTraining(await trainingCases(options), pace);
    report = { machine, rounds, results };
    table = trainingTable(results);
  } else {
    const series = await benchScaling({ ...(await scalingCases(options)), ...pace });
    report = { machine, rounds, series };
    table = scalingTable(series);
  }
  if (stderr.isTTY) stderr.write('\r\x1b[K');
  if (options.out !== undefined) writeOutput(options.out, `${JSON.stringify(report, null, 2)}\n`);
  const { cpu, cores, memoryGiB, node, date } = machine;
  const heading = `${cpu}, ${cores} cores, ${memoryGiB} GiB, Node ${node}, ${date}; median of ${rounds} rounds\n\n`;
  stdout.write(json ? `${JSON.stringify(report)}\n` : heading + table);
  return 0;
}

function refuse(what: string): never {
  throw new UsageError('credence bench', { got: display(what), expected: 'training or scaling' });
}

async function trainingCases(options: BenchOptions) {
  const models = modelsOf(options.models ?? modelNames.filter((name) => !isLarge(name)).join(','));
  const engines = await enginesOf(options.engines);
  const batches = integers('batches', options.batches ?? '64,128', 1, 1_000_000);
  const ranks = integers('ranks', options.ranks ?? '1', 1, 1024);
  const precisions = options.precisions.split(',');
  for (const value of precisions) {
    resolveConfiguration([layerOfFlags([{ name: 'precision', value, label: '--precisions' }])]);
  }
  return engines.flatMap((engine) =>
    precisions.flatMap((precision) =>
      models.flatMap((workload) =>
        batches.flatMap((batch) => ranks.map((count) => ({ workload, engine, precision, batch, ranks: count }))),
      ),
    ),
  );
}

async function scalingCases(options: BenchOptions) {
  const cores = availableParallelism();
  const ranks = integers('ranks', options.ranks ?? countedTo(cores), 1, 1024);
  const [batch, more] = integers('batches', options.batches ?? '64', 1, 1_000_000);
  const [engine, other] = options.engines === undefined ? ['auto'] : await enginesOf(options.engines);
  if (more !== undefined || other !== undefined) {
    throw new UsageError('credence bench scaling', { expected: 'one batch size and one engine' });
  }
  return {
    models: modelsOf(options.models ?? 'BNN_conv_flip,CNN_conv'),
    communicators: launchersOf(
      options.communicators === undefined ? null : someOf('communicators', options.communicators, communicatorNames),
    ),
    scalings: someOf('scalings', options.scalings, ['weak', 'strong'] as const),
    reductions: someOf('reductions', options.reductions, ['exact', 'fast'] as const),
    ranks,
    batch: batch!,
    engine: engine!,
  };
}

/** Powers of two, and all cores. */
function countedTo(cores: number): string {
  const powers = Array.from({ length: 1 + Math.floor(Math.log2(cores)) }, (_, i) => 2 ** i);
  return [...powers, cores].join(',');
}

function modelsOf(text: string): string[] {
  return someOf('models', text, modelNames);
}

/** @throws UnavailableError for an engine that was named and does not start here */
async function enginesOf(text: string | undefined): Promise<readonly string[]> {
  if (text === undefined) return workingEngines();
  const named = someOf('engines', text, engineNames);
  for (const name of named) await describeEngine(name);
  return named;
}
