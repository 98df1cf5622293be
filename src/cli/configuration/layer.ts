import { UsageError } from '../../errors/index.ts';
import { type Problem, type RunConfiguration, defaults, overlay } from '../../train/index.ts';
import { display } from './display.ts';
import { named, nameProblem } from './names.ts';
import { suggestion } from '../../errors/index.ts';
import { valueAt } from './settings.ts';

/** Settings from one source, to be laid over those of earlier sources. */
export interface Layer {
  /** nested as config.yaml is */
  readonly values: unknown;
  /** how a user finds the setting: `--batchSize`, `config.yaml, line 3: batchSize` */
  label(path: readonly PropertyKey[]): string;
  /** the value as it was written, where it is known better than by the value */
  written?(path: readonly PropertyKey[]): string | undefined;
}

/**
 * Lays the layers over the defaults, one after the other; a later one wins.
 * @throws UsageError naming the source, what was got and what was expected
 */
export function resolveConfiguration(layers: readonly Layer[]): RunConfiguration {
  let configuration = defaults;
  for (const layer of layers) {
    const refuse = (problem: Problem) => complaint(named(problem), layer);
    configuration = overlay(configuration, layer.values, refuse);
    const problem = nameProblem(configuration);
    if (problem !== null) throw refuse(problem);
  }
  return configuration;
}

function complaint({ kind, path, expected, choices, usual }: Problem, layer: Layer): UsageError {
  if (kind === 'unknown') {
    const remedy = suggestion(path.at(-1)!, choices);
    return new UsageError(`${layer.label(path)}: unknown key`, remedy === undefined ? { expected } : { remedy });
  }
  const got = valueAt(layer.values, path);
  const remedy =
    (typeof got === 'string' ? suggestion(got, choices) : undefined) ??
    (usual === undefined ? undefined : `The default is ${display(usual)}`);
  const shown = layer.written?.(path) ?? (typeof got === 'string' ? `"${got}"` : got);
  return new UsageError(layer.label(path), { got: display(shown), expected, remedy });
}
