import { UsageError } from '../../../errors/index.ts';
import {
  type FittedScaling,
  type MachinePreset,
  type Scaling,
  type Workload,
  assertDrawing,
  fitScaling,
  largestSpread,
  machines,
  predictStep,
  readMeasuredScaling,
  scalingFigure,
} from '../../../report/index.ts';
import type { Given } from '../../command-file.ts';
import { elementsOfModel } from '../../elements.ts';
import { assertPlaceFor, writeOutput } from '../../output-file.ts';
import type { Terminal } from '../../terminal.ts';
import { integers, number, oneOf } from '../../values.ts';

interface SimulateOptions {
  readonly machine: string;
  readonly model: string;
  readonly step?: string;
  readonly batch: string;
  readonly ranks?: string;
  readonly scaling: string;
  readonly overlap: boolean;
  readonly wire: string;
  readonly bucketBytes: string;
  readonly spread?: string;
  readonly measured?: string;
  readonly figure?: string;
}

/** A network on a machine: its curve, and the points that were measured. */
interface Simulation extends FittedScaling {
  readonly name: string;
  readonly batch: number;
  /** for each prediction: the largest spread with which its efficiency is 0.9; null where it is not without any */
  readonly spreadForNineTenths: readonly (number | null)[];
}

const nineTenths = 0.9;

/** `credence simulate`: the time of a step and the speed-up on many ranks, by a model of the machine. */
export async function simulate({ json, ...given }: Given, { stdout }: Terminal): Promise<number> {
  const options = given.options<SimulateOptions>();
  const preset = oneOf('machine', options.machine, Object.keys(machines));
  const machine = machines[preset];
  const scaling = oneOf('scaling', options.scaling, ['weak', 'strong'] as const);
  if (options.figure !== undefined) {
    assertDrawing('--figure', 'svg');
    assertPlaceFor(options.figure, '--figure');
  }
  const simulations =
    options.measured === undefined ? [simulateStep(options, machine)] : simulateMeasured(options, machine);
  if (options.figure !== undefined) await writeFigure(options.figure, `${scaling} scaling on ${preset}`, simulations);
  const report = { machine: { name: preset, ...machine }, scaling, simulations };
  stdout.write(json ? `${JSON.stringify(report)}\n` : render(preset, scaling, simulations));
  return 0;
}

function simulateStep(options: SimulateOptions, machine: MachinePreset): Simulation {
  if (options.step === undefined) {
    throw new UsageError('the time of a step on one rank is missing', {
      expected: '--step MILLISECONDS, or --measured FILE.json',
      remedy: "Take it from the second column of a run folder's timing.csv, or from npm run bench",
    });
  }
  const computeSeconds = number('step', options.step, 1e-6, 1e9) / 1e3;
  const workload = { ...travelling(options, options.model), computeSeconds };
  const spread = options.spread === undefined ? machine.spread : number('spread', options.spread, 0, 10);
  const predictions = ranksOf(options, machine).map((count) => predictStep(workload, { ...machine, spread }, count));
  const batch = number('batch', options.batch, 1, 1e6);
  const spreadForNineTenths = ranksOf(options, machine).map((count) =>
    largestSpread(workload, machine, count, nineTenths),
  );
  return { name: options.model, batch, spread, fittedTo: null, predictions, measured: [], spreadForNineTenths };
}

function simulateMeasured(options: SimulateOptions, machine: MachinePreset): Simulation[] {
  const { series } = readMeasuredScaling(options.measured ?? '');
  const fitting = series.filter(({ scaling }) => scaling === options.scaling);
  if (fitting.length === 0) {
    throw new UsageError(`${options.measured}: no series of ${options.scaling} scaling`, {
      got: [...new Set(series.map(({ scaling }) => scaling))].join(', '),
      remedy: 'Ask for the other --scaling',
    });
  }
  const spread = options.spread === undefined ? null : number('spread', options.spread, 0, 10);
  return fitting.map(({ model, communicator, batch, points }): Simulation => {
    const times = points.map(({ ranks, stepMs }) => ({ ranks, step: stepMs / 1e3 }));
    const fit = fitScaling(times, travelling(options, model), { machine, spread, ranks: ranksOf(options, machine) });
    const workload = { ...travelling(options, model), computeSeconds: fit.measured[0].step };
    const spreadForNineTenths = ranksOf(options, machine).map((count) =>
      largestSpread(workload, machine, count, nineTenths),
    );
    return { name: `${model}, ${communicator}`, batch, ...fit, spreadForNineTenths };
  });
}

function travelling(options: SimulateOptions, model: string): Omit<Workload, 'computeSeconds'> {
  return {
    elements: elementsOfModel(model),
    wire: oneOf('wire', options.wire, ['float32', 'bfloat16'] as const),
    bucketBytes: number('bucketBytes', options.bucketBytes, 1, 2 ** 40),
    overlap: options.overlap,
    scaling: oneOf('scaling', options.scaling, ['weak', 'strong'] as const),
  };
}

const usualRanks = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16_384, 65_536];

function ranksOf({ ranks }: SimulateOptions, { mostRanks }: MachinePreset): number[] {
  return ranks === undefined ? usualRanks.filter((count) => count <= mostRanks) : integers('ranks', ranks, 1, 65_536);
}

/** Examples of an epoch: those of MNIST. */
const epochExamples = 60_000;

async function writeFigure(path: string, title: string, simulations: readonly Simulation[]): Promise<void> {
  const series = simulations.map(({ name, batch, predictions, measured }) => {
    const { step, speedUp } = predictions[0];
    return { name, epochSeconds: (epochExamples / batch) * step * speedUp, simulated: predictions, measured };
  });
  const figure = await scalingFigure(title, series);
  writeOutput(path, figure);
}

function render(machine: string, scaling: Scaling, simulations: readonly Simulation[]): string {
  const lines = [`${machine}: ${machines[machine].about}`];
  for (const { name, spread, fittedTo, predictions, measured, spreadForNineTenths } of simulations) {
    const from = fittedTo === null ? '' : `, fitted to the time on ${fittedTo} ranks`;
    lines.push('', `${name}, ${scaling} scaling, spread of the ranks ${percent(spread)}${from}`);
    lines.push('  ranks    compute       wait     reduce    step, ms   speed-up  efficiency  0.9 up to');
    for (const [i, { ranks, compute, wait, communication, step, speedUp, efficiency }] of predictions.entries()) {
      const times = [compute, wait, communication, step].map((seconds) => (seconds * 1e3).toFixed(3).padStart(11));
      const largest = spreadForNineTenths[i] ?? null;
      const figures = [speedUp.toFixed(2).padStart(11), percent(efficiency).padStart(12)];
      lines.push(
        `${String(ranks).padStart(7)}${[...times, ...figures].join('')}${(largest === null ? '-' : percent(largest)).padStart(11)}`,
      );
    }
    for (const { ranks, step, speedUp, error } of measured) {
      if (ranks === 1) continue;
      const sign = error < 0 ? '' : '+';
      // Even ranks may be too slow for a measured time already: then nothing was left to fit.
      const isFitted = ranks === fittedTo && Math.abs(error) < 5e-4;
      const what = isFitted ? 'fitted' : `simulated step ${sign}${percent(error)}`;
      lines.push(`measured on ${ranks} ranks: ${(step * 1e3).toFixed(3)} ms, speed-up ${speedUp.toFixed(2)} (${what})`);
    }
  }
  lines.push('', '0.9 up to: the largest spread of the ranks with which the efficiency is 0.9 still.');
  const sources = machines[machine].sources.map((source) => `  ${source}`);
  return `${[...lines, '', 'Where the numbers of the machine are from:', ...sources].join('\n')}\n`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
