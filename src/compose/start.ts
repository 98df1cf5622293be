/** The folder in which a run begins or goes on, and what is written there before its first step. */
import { cpus, hostname } from 'node:os';
import { sizeOf } from '../graph/index.ts';
import { keptStarts, recordStart } from '../report/index.ts';
import {
  type RunFolder,
  configurationFile,
  createRunFolder,
  describeParameters,
  loadLatest,
  openRunFolder,
  sealed,
  writeRunFile,
  writeTrainingLog,
} from '../run/index.ts';
import { type TargetInfo, nameOf } from '../models/index.ts';
import type { Checkpoint, Trainer } from '../train/index.ts';
import { assertSame } from './description.ts';
import { kindOf } from './evaluation.ts';
import type { Experiment } from './experiment.ts';
import type { TrainRequest } from './request.ts';
import type { Watch } from './watch.ts';

export function claim({ folder, configuration }: Pick<TrainRequest, 'folder' | 'configuration'>): RunFolder {
  // what config.yaml says: a module may call its model otherwise
  const model = nameOf(configuration.model);
  switch (folder.kind) {
    case 'resume':
      return openRunFolder(folder.path, model);
    case 'new':
      return createRunFolder({ out: folder.path, name: model });
    case 'unique':
      return createRunFolder({ out: null, parent: folder.parent, name: folder.name });
  }
}

/**
 * The last intact checkpoint of a run, from which it goes on.
 * @throws CheckpointError where it is of another model, or of other data
 */
export function lastCheckpoint(run: string, experiment: Experiment, watch: Pick<Watch, 'note'>): Checkpoint | null {
  const { model, parameters } = experiment;
  const checkpoint = loadLatest(run, { model: model.name, parameters }, { onWarning: watch.note });
  if (checkpoint) assertSame(checkpoint, experiment);
  return checkpoint;
}

interface Start {
  readonly run: string;
  readonly experiment: Experiment;
  readonly firstStep: number;
  readonly ranks: { readonly size: number; readonly description: string };
  /** the configuration as the run folder keeps it */
  readonly rendered: string;
}

/** Only once a trainer is made: a folder in which nothing could begin is no run. */
export function announce(trainer: Trainer, { run, experiment, firstStep, ranks, rendered }: Start, watch: Watch): void {
  const { configuration, data, model } = experiment;
  const { totalSteps, stepExamples } = trainer.schedule;
  const { schema, targets } = data.info;
  writeRunFile(run, configurationFile, sealed(rendered));
  const before = firstStep === 0 ? undefined : keptStarts(run).at(-1)?.engine;
  if (before !== undefined && before !== trainer.engine) {
    watch.note(`it was trained with ${before} so far, and goes on with ${trainer.engine}: the last bits may differ`);
  }
  recordStart(run, {
    ...{ step: firstStep, at: new Date().toISOString(), ranks: ranks.size, communicator: ranks.description },
    ...{ engine: trainer.engine, host: hostname(), cpu: cpus()[0]?.model.trim() ?? 'unknown' },
    ...{ examples: data.train.count, totalSteps, likelihood: model.likelihood.kind },
    parameters: experiment.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    ...(schema && {
      test: data.test?.count ?? 0,
      targets: { kind: targets.kind, names: schema.target.names, classes: schema.target.classes },
    }),
  });
  const begin = firstStep === 0 ? '' : ` from step ${firstStep} on`;
  const what = `${kindOf(experiment)}s`;
  watch.tell(`${model.name}, ${totalSteps} ${totalSteps === 1 ? 'step' : 'steps'} of ${stepExamples} ${what}${begin}`);
  watch.tell(`engine ${trainer.engine}; ${ranks.description}`);
  watch.tell(`data ${data.source}, run folder ${run}`);
  if (data.about !== undefined) watch.tell(data.about);
  if (schema !== null) watch.tell(describeTargets(schema.target.names, targets, model.likelihood.kind));
  const { per } = configuration.kl;
  if (per === 'batch') watch.tell(describeDivisor(configuration.batchSize, data.train.count));
  watch.began(run);
  if (!configuration.verbose) return;
  writeTrainingLog(run, trainer.parameters());
  watch.tell(describeParameters(trainer.parameters()).trimEnd());
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const { arena, arenaUnshared, regions, scratch, total } = trainer.memory;
  watch.tell(
    `memory of a rank ${megabytes(total)}: values ${megabytes(arena)} (${megabytes(arenaUnshared)} without sharing), ` +
      `parameters, gradients and moments ${megabytes(regions)}, scratch ${megabytes(scratch)}`,
  );
}

/** What was made of the targets, of which the likelihood may have been chosen. */
function describeTargets(columns: readonly string[], { kind, names }: TargetInfo, likelihood: string): string {
  const shown = names.slice(0, 5).join(', ') + (names.length > 5 ? ', ...' : '');
  const what = kind === 'classes' ? `${names.length} classes (${shown})` : kind;
  return `target ${columns.join(', ')}: ${what}, likelihood ${likelihood}`;
}

/** What the original's program for gravitational waves does. */
function describeDivisor(batch: number, count: number): string {
  const factor = count / batch;
  return (
    `KL / ${batch}, the batch, not KL / ${count}: the posterior of ${batch} examples, not of all; ` +
    `its weights are up to ${Math.sqrt(factor).toFixed(1)} times less sure`
  );
}
