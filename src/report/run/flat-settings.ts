/** Settings of a run by their paths, `kl.beta`: what TensorBoard compares runs by, and how a report tells them apart. */
import { nameOf } from '../../models/index.ts';
import { defaults } from '../../train/index.ts';

export type FlatSettings = Readonly<Record<string, string | number | boolean>>;

/** What says how a run is kept and told of, and nothing of what it computes. */
const bookkeeping = new Set([
  ...['deadline', 'driftCheckEvery', 'checkpointEvery', 'keepCheckpoints', 'printEvery', 'histogramEvery'],
  ...['savePosterior', 'verbose', 'data.strict', 'data.stream'],
]);

/**
 * A list is told with commas between, a network by its name. What is null is left out: it is not set.
 * @param configuration as config.yaml has it; what one of an earlier version does not say has its default
 */
export function flatSettings(configuration: object): FlatSettings {
  const flat = { ...flattened(defaults, ''), ...flattened(configuration, '') };
  const kept = Object.entries(flat).filter(
    (entry): entry is [string, string | number | boolean] => entry[1] !== null && !bookkeeping.has(entry[0]),
  );
  return Object.fromEntries(kept);
}

function flattened(values: object, above: string): Record<string, string | number | boolean | null> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]: [string, unknown]) => {
      const path = `${above}${key}`;
      if (Array.isArray(value)) return [[path, value.join(',')]];
      if (path === 'model' && typeof value === 'object' && value !== null) return [[path, nameOf({ ...value })]];
      if (typeof value === 'object' && value !== null) return Object.entries(flattened(value, `${path}.`));
      const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
      return [[path, isScalar ? value : null]];
    }),
  );
}

/** How runs differ: of each, its settings that are not the same in all, in words; nothing of what is not set. */
export function differences(runs: readonly FlatSettings[]): readonly string[] {
  const paths = [...new Set(runs.flatMap((settings) => Object.keys(settings)))];
  const differing = paths.filter((path) => runs.some((settings) => settings[path] !== runs[0]?.[path]));
  return runs.map((settings) =>
    differing
      .map((path) => {
        const value = settings[path];
        return value === undefined ? `no ${path}` : `${path} ${String(value)}`;
      })
      .join(', '),
  );
}
