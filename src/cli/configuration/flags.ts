import { UsageError } from '../../errors/index.ts';
import { parseBoolean } from './display.ts';
import type { Layer } from './layer.ts';
import { type SettingPath, type SettingRow, settings } from './settings.ts';

/** A flag as it was written, on the command line or in a file of flags. */
export interface Flag {
  readonly name: string;
  readonly value: string;
  /** how a message names it: `--seed`, `config.cfg, line 3: --seed` */
  readonly label: string;
}

/** Short names of settings that are written often. */
const shortNames: Readonly<Record<string, SettingPath>> = {
  data: 'data.path',
  target: 'data.target',
  test: 'data.test',
  strict: 'data.strict',
  weights: 'data.weights',
};

/** The name of a setting's flag, without dashes. */
export function flagOf({ path }: SettingRow): string {
  return Object.keys(shortNames).find((name) => shortNames[name] === path) ?? path;
}

const byName = new Map<string, SettingRow>(
  settings.flatMap((setting) => [
    [setting.path, setting],
    [flagOf(setting), setting],
  ]),
);

export function settingOf(name: string): SettingRow | undefined {
  return byName.get(name);
}

/** Names of all flags that are settings. */
export const settingFlags: readonly string[] = settings.map(flagOf);

/**
 * The flags, all of them names of settings, as a layer; of two for the same setting the later one counts.
 * Values that are no number where one is expected stay text: the table of settings says what was expected.
 */
export function layerOfFlags(flags: readonly Flag[]): Layer {
  const last = new Map<string, Flag>();
  let values: Readonly<Record<string, unknown>> = {};
  for (const flag of flags) {
    const setting = settingOf(flag.name);
    if (!setting) throw new UsageError(`${flag.label}: unknown flag`);
    last.set(setting.path, flag);
    values = withValue(values, setting.path, typed(setting, flag.value));
  }
  return {
    values,
    label: (path) => last.get(path.join('.'))?.label ?? `--${path.join('.')}`,
    written: (path) => last.get(path.join('.'))?.value,
  };
}

function withValue(values: Readonly<Record<string, unknown>>, path: SettingPath, value: unknown) {
  const [key, child] = path.split('.');
  if (child === undefined) return { ...values, [key]: value };
  const group = values[key];
  return { ...values, [key]: { ...(typeof group === 'object' && group !== null ? group : {}), [child]: value } };
}

function typed({ kind, usual }: SettingRow, text: string): unknown {
  if (usual === null && text === 'null') return null;
  if (kind === 'boolean') return parseBoolean(text) ?? text;
  return kind === 'number' ? (parseNumber(text) ?? text) : text;
}

/** A decimal number; null for anything else, also for the many texts of which `Number` makes one (``, `0x10`). */
function parseNumber(text: string): number | null {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : null;
}
