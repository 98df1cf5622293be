import { nameOf } from '../../models/index.ts';
import { type RunReport, sourceOf } from '../run/read.ts';
import type { StartRecord } from '../run/records.ts';
import { grouped } from './figures.ts';
import { table } from './html.ts';

type Fact = [name: string, value: string];

/** The table at the head of a run's section: what was trained, on what, where and how fast. */
export function facts(run: RunReport): string {
  const rows: Fact[] = [['folder', run.folder], ...settings(run), ...run.starts.map(start), ...speed(run)];
  return table(['run', ''], rows);
}

function settings({ configuration, starts, evaluation }: RunReport): Fact[] {
  if (configuration === null) return [];
  const { model, data, batchSize, replicas, seed, learningRate, precision } = configuration;
  const last = starts.at(-1);
  const parameters = last?.parameters === undefined ? [] : [`${grouped(last.parameters)} parameters`];
  const tested = last?.test ?? evaluation?.images;
  const examples = last && [
    `${grouped(last.examples)} for training`,
    ...(tested === undefined ? [] : [`${grouped(tested)} for testing`]),
  ];
  return [
    ['network', [nameOf(model), ...parameters, precision].join(', ')],
    ['data', sourceOf(data)],
    ...(last?.targets ? targets(last.targets) : []),
    ...(last?.likelihood === undefined ? [] : [['likelihood', last.likelihood] satisfies Fact]),
    ...(examples ? [['examples', examples.join(', ')] satisfies Fact] : []),
    ['batch', `${batchSize} examples x ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}`],
    ['learning rate, seed', `${learningRate}, ${seed}`],
  ];
}

/** Names beyond these are told by their number. */
const mostNames = 20;

function targets({ kind, names, classes }: NonNullable<StartRecord['targets']>): Fact[] {
  if (classes !== null) return [['target', `${listed(names)}: ${classes.length} classes (${listed(classes)})`]];
  return [[names.length === 1 ? 'target' : 'targets', `${listed(names)}: ${kind === 'counts' ? 'counts' : 'numbers'}`]];
}

function listed(names: readonly string[]): string {
  const more = names.length - mostNames;
  return names.slice(0, mostNames).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function start({ step, at, ranks, communicator, engine, host, cpu }: StartRecord): Fact {
  const what = step === 0 ? 'began' : `went on from step ${step}`;
  const when = at.replace(/\.\d+Z$/, 'Z');
  return [what, `${when} on ${host} (${cpu}), ${ranks} ${ranks === 1 ? 'rank' : 'ranks'}: ${communicator}; ${engine}`];
}

function speed({ timing, starts }: RunReport): Fact[] {
  if (timing === null) return [];
  const milliseconds = (seconds: number) => `${(1e3 * seconds).toFixed(2)} ms`;
  const usual = milliseconds(timing.stepSeconds);
  return [
    ['steps', `${grouped(timing.steps)} in ${duration(timing.seconds)}`],
    ['time of a step', `${usual}, nine of ten below ${milliseconds(timing.slowStepSeconds)}`],
    ['throughput', throughput(timing.samplesPerSecond, starts.at(-1)?.ranks ?? 1)],
  ];
}

function throughput(samplesPerSecond: number, ranks: number): string {
  const all = `${grouped(Math.round(samplesPerSecond))} samples/s over all ranks`;
  return ranks === 1 ? all : `${all}, ${grouped(Math.round(samplesPerSecond / ranks))} a rank in the mean`;
}

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return `${parts.map((part, i) => (i === 0 ? `${part}` : `${part}`.padStart(2, '0'))).join(':')} h`;
}
