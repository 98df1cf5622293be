/** The folder in which a run begins or goes on, and what is written there before its first step. */
import { cpus, hostname } from 'node:os';
import { recordStart } from '../report/index.ts';
import {
  type RunFolder,
  configurationFile,
  createRunFolder,
  describeParameters,
  loadLatest,
  openRunFolder,
  writeRunFile,
  writeTrainingLog,
} from '../run/index.ts';
import type { Checkpoint, Trainer } from '../train/index.ts';
import type { Experiment } from './experiment.ts';
import type { TrainRequest } from './request.ts';
import type { Watch } from './watch.ts';

export function claim({ folder }: Pick<TrainRequest, 'folder'>, model: string): RunFolder {
  switch (folder.kind) {
    case 'resume':
      return openRunFolder(folder.path, model);
    case 'new':
      return createRunFolder({ out: folder.path, name: model });
    case 'unique':
      return createRunFolder({ out: null, parent: folder.parent, name: folder.name });
  }
}

export function lastCheckpoint(
  run: string,
  { model, parameters }: Pick<Experiment, 'model' | 'parameters'>,
  watch: Pick<Watch, 'note'>,
): Checkpoint | null {
  return loadLatest(run, { model: model.name, parameters }, { onWarning: watch.note });
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
  writeRunFile(run, configurationFile, rendered);
  recordStart(run, {
    ...{ step: firstStep, at: new Date().toISOString(), ranks: ranks.size, communicator: ranks.description },
    ...{ engine: trainer.engine, host: hostname(), cpu: cpus()[0]?.model.trim() ?? 'unknown' },
    ...{ examples: data.train.count, totalSteps },
  });
  const begin = firstStep === 0 ? '' : ` from step ${firstStep} on`;
  const what = model.input.dtype === 'u8' ? 'images' : 'rows';
  watch.tell(`${model.name}, ${totalSteps} ${totalSteps === 1 ? 'step' : 'steps'} of ${stepExamples} ${what}${begin}`);
  watch.tell(`engine ${trainer.engine}; ${ranks.description}`);
  watch.tell(`data ${data.source}, run folder ${run}`);
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
