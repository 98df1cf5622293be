import { UsageError } from '../errors/index.ts';
import type { RunConfiguration } from '../train/index.ts';
import type { Experiment } from './experiment.ts';

/** @throws UsageError where a run is to wait for something that it is never told */
export function assertPatience({ patience, stopAt }: RunConfiguration, { data, model }: Experiment): void {
  if (stopAt !== null) assertStop(stopAt, data);
  if (patience === null) return;
  if (data.validation === null) {
    throw new UsageError(`patience ${patience} without a validation part`, {
      expected: '--data.validation, such as 0.1',
      remedy: 'Or leave --patience away',
    });
  }
  const names = model.likelihood.figures.map(({ name }) => name);
  if (names.includes('nll')) return;
  throw new UsageError('patience waits for a better NLL', {
    got: `a ${model.likelihood.kind} likelihood that tells ${names.join(', ')}`,
    expected: 'a figure nll',
    remedy: 'Leave --patience away',
  });
}

function assertStop(stopAt: readonly number[], { validation, info }: Experiment['data']): void {
  const { kind, names } = info.targets;
  if (validation === null) {
    throw new UsageError(`stopAt ${stopAt.join(', ')} without a validation part`, {
      expected: '--data.validation, such as 0.1',
      remedy: 'Or leave --stopAt away',
    });
  }
  if (kind === 'reals' && names.length === stopAt.length) return;
  throw new UsageError(`stopAt ${stopAt.join(', ')}`, {
    got: kind === 'reals' ? `${names.length} targets: ${names.join(', ')}` : `targets that are ${kind}`,
    expected: 'a mean relative error for each target of reals',
  });
}
