import { writeFileSync } from 'node:fs';
import { UsageError } from '../../errors/index.ts';
import {
  type Machine,
  type Prediction,
  type Scaling,
  type Workload,
  fitSpread,
  machines,
  predictStep,
  readMeasuredScaling,
  scalingFigure,
} from '../../report/index.ts';
import type { SimulateCommand } from '../command-line.ts';
import { display, suggestion } from '../configuration/index.ts';
import { declarationsOf } from '../declarations.ts';
import type { SimulateOptions } from '../simulate-options.ts';
import type { Terminal } from '../terminal.ts';

/** A network on a machine: its curve, and the points that were measured. */
interface Simulation {
  readonly name: string;
  readonly batch: number;
  readonly spread: number;
  /** the ranks whose measured time the spread was fitted to */
  readonly fittedTo: number | null;
  readonly predictions: readonly Prediction[];
  readonly measured: readonly Comparison[];
}

interface Comparison {
  readonly ranks: number;
  /** measured seconds */
  readonly step: number;
  /** measured */
  readonly speedUp: number;
  /** of the simulated step time, relative to the measured one */
  readonly error: number;
}

/** `credence simulate`: the time of a step and the speed-up on many ranks, by a model of the machine. */
export function simulate({ json, options }: SimulateCommand, { stdout }: Terminal): number {
  const preset = oneOf('machine', options.machine, Object.keys(machines));
  const machine = machines[preset];
  const scaling = oneOf('scaling', options.scaling, ['weak', 'strong'] as const);
  const simulations = options.measured === null ? [simulateStep(options, machine)] : simulateMeasured(options, machine);
  if (options.figure !== null) writeFigure(options.figure, `${scaling} scaling on ${preset}`, simulations);
  const report = { machine: { name: preset, ...machine }, scaling, simulations };
  stdout.write(json ? `${JSON.stringify(report)}\n` : render(preset, scaling, simulations));
  return 0;
}

function simulateStep(options: SimulateOptions, machine: Machine): Simulation {
  if (options.step === null) {
    throw new UsageError('the time of a step on one rank is missing', {
      expected: '--step MILLISECONDS, or --measured FILE.json',
      remedy: "Take it from the second column of a run folder's timing.csv, or from npm run bench",
    });
  }
  const workload = workloadOf(options, options.model, number('step', options.step, 1e-6, 1e9) / 1e3);
  const spread = options.spread === null ? machine.spread : number('spread', options.spread, 0, 10);
  const predictions = predict(options, workload, { ...machine, spread });
  return {
    name: options.model,
    batch: number('batch', options.batch, 1, 1e6),
    spread,
    fittedTo: null,
    predictions,
    measured: [],
  };
}

/** The time on one rank is taken over, the spread fitted to the fewest others; what is left tests the model. */
function simulateMeasured(options: SimulateOptions, machine: Machine): Simulation[] {
  const { series } = readMeasuredScaling(options.measured ?? '');
  const fitting = series.filter(({ scaling }) => scaling === options.scaling);
  if (fitting.length === 0) {
    throw new UsageError(`${options.measured}: no series of ${options.scaling} scaling`, {
      got: [...new Set(series.map(({ scaling }) => scaling))].join(', '),
      remedy: 'Ask for the other --scaling',
    });
  }
  return fitting.map(({ model, communicator, batch, points }): Simulation => {
    const times = points
      .toSorted((a, b) => a.ranks - b.ranks)
      .map(({ ranks, stepMs }) => ({ ranks, step: stepMs / 1e3 }));
    const workload = workloadOf(options, model, times[0].step);
    const next = times.find(({ ranks }) => ranks > 1);
    const given = options.spread === null ? null : number('spread', options.spread, 0, 10);
    const spread = given ?? (next ? fitSpread(workload, machine, next.ranks, next.step) : machine.spread);
    const fitted = { ...machine, spread };
    const measured = times.map(({ ranks, step }): Comparison => {
      const share = workload.scaling === 'weak' ? ranks : 1;
      const error = predictStep(workload, fitted, ranks).step / step - 1;
      return { ranks, step, speedUp: (share * times[0].step) / step, error };
    });
    const fittedTo = given === null && next ? next.ranks : null;
    const name = `${model}, ${communicator}`;
    return { name, batch, spread, fittedTo, predictions: predict(options, workload, fitted), measured };
  });
}

function workloadOf(options: SimulateOptions, model: string, computeSeconds: number): Workload {
  const elements = declarationsOf(model).parameters.reduce(
    (sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1),
    0,
  );
  return {
    computeSeconds,
    elements,
    wire: oneOf('wire', options.wire, ['float32', 'bfloat16'] as const),
    bucketBytes: number('bucketBytes', options.bucketBytes, 1, 2 ** 40),
    overlap: options.overlap,
    scaling: oneOf('scaling', options.scaling, ['weak', 'strong'] as const),
  };
}

function predict(options: SimulateOptions, workload: Workload, machine: Machine): Prediction[] {
  const ranks = options.ranks.split(',').map((text) => number('ranks', text, 1, 65_536, Number.isInteger));
  return [...new Set(ranks)].toSorted((a, b) => a - b).map((count) => predictStep(workload, machine, count));
}

/** Examples of an epoch: those of MNIST. */
const epochExamples = 60_000;

function writeFigure(path: string, title: string, simulations: readonly Simulation[]): void {
  const series = simulations.map(({ name, batch, predictions, measured }) => {
    const { step, speedUp } = predictions[0];
    return { name, epochSeconds: (epochExamples / batch) * step * speedUp, simulated: predictions, measured };
  });
  try {
    writeFileSync(path, scalingFigure(title, series));
  } catch (error) {
    throw new UsageError(`--figure ${display(path)} cannot be written`, {
      got: (error as Error).message,
      cause: error,
    });
  }
}

function render(machine: string, scaling: Scaling, simulations: readonly Simulation[]): string {
  const lines = [`${machine}: ${machines[machine].about}`];
  for (const { name, spread, fittedTo, predictions, measured } of simulations) {
    const from = fittedTo === null ? '' : `, fitted to the time on ${fittedTo} ranks`;
    lines.push('', `${name}, ${scaling} scaling, spread of the ranks ${percent(spread)}${from}`);
    lines.push('  ranks    compute       wait     reduce    step, ms   speed-up  efficiency');
    for (const { ranks, compute, wait, communication, step, speedUp, efficiency } of predictions) {
      const times = [compute, wait, communication, step].map((seconds) => (seconds * 1e3).toFixed(3).padStart(11));
      lines.push(
        `${String(ranks).padStart(7)}${times.join('')}${speedUp.toFixed(2).padStart(11)}${percent(efficiency).padStart(12)}`,
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
  const sources = machines[machine].sources.map((source) => `  ${source}`);
  return `${[...lines, '', 'Where the numbers of the machine are from:', ...sources].join('\n')}\n`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function oneOf<Choice extends string>(name: string, value: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new UsageError(`--${name}`, {
    got: display(value),
    expected: choices.join(', '),
    remedy: suggestion(value, choices),
  });
}

function number(
  name: string,
  text: string,
  least: number,
  most: number,
  fits: (value: number) => boolean = () => true,
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= least && value <= most && fits(value)) return value;
  const kind = fits === Number.isInteger ? 'integers' : 'a number';
  throw new UsageError(`--${name}`, {
    got: display(text) || 'an empty text',
    expected: `${kind} from ${least} to ${most}`,
  });
}
