import type { z } from 'zod';
import { suggestion, UsageError } from '../../errors/index.ts';
import type { RunConfiguration } from '../../train/index.ts';
import { configurationSchema } from './schema.ts';
import { defaults, valueAt } from './settings.ts';

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
    const result = configurationSchema.safeParse(overlay(configuration, layer.values));
    if (!result.success) throw complaint(result.error.issues[0], layer);
    configuration = result.data;
  }
  return configuration;
}

function complaint(issue: z.core.$ZodIssue, layer: Layer): UsageError {
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(valueAt(defaults, issue.path) as object);
    const key = issue.keys[0];
    return new UsageError(`${layer.label([...issue.path, key])}: unknown key`, {
      ...(suggestion(key, known) === undefined && { expected: `one of ${known.join(', ')}` }),
      remedy: suggestion(key, known),
    });
  }
  const got = valueAt(layer.values, issue.path);
  const usual = valueAt(defaults, issue.path);
  const known = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  const remedy =
    (typeof got === 'string' ? suggestion(got, known) : undefined) ??
    (typeof usual === 'object' && usual !== null ? undefined : `The default is ${String(usual)}`);
  const shown = layer.written?.(issue.path) ?? (typeof got === 'string' ? `"${got}"` : got);
  return new UsageError(layer.label(issue.path), { got: display(shown), expected: issue.message, remedy });
}

/** A mapping over a mapping key by key; anything else takes the place of what was there. */
function overlay(below: unknown, above: unknown): unknown {
  if (!isMapping(above) || !isMapping(below)) return above;
  // fromEntries defines keys of its own, also one called __proto__.
  return Object.fromEntries([
    ...Object.entries(below),
    ...Object.entries(above).map(([key, value]) => [key, overlay(valueAt(below, [key]), value)]),
  ]);
}

function isMapping(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value in one short line, whatever it is. */
export function display(value: unknown, longest = 60): string {
  const text = typeof value === 'object' && value !== null ? describe(value) : String(value);
  // What could move a terminal's cursor is shown, not sent.
  const printable = text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u${character.codePointAt(0)?.toString(16).padStart(4, '0')}`,
  );
  if (printable === '') return 'an empty text';
  return printable.length > longest ? `${printable.slice(0, longest)}...` : printable;
}

function describe(value: object): string {
  if (Array.isArray(value)) return 'a list';
  return value instanceof Date ? 'a date' : 'a mapping';
}
