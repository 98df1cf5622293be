import type { WeightsDefaults } from '../layers/index.ts';
import { isMapping } from '../models/index.ts';
import { type Setting, type SettingTable, type ValuesOf, isSetting } from './setting.ts';
import { settings } from './settings.ts';

/** What decides what a run computes; `config.yaml` of the run folder holds exactly this. */
export interface RunConfiguration extends ValuesOf<typeof settings> {}

/** The part of it that the trainer reads. */
export type TrainingSettings = Omit<
  RunConfiguration,
  'model' | 'data' | 'engine' | 'ranks' | 'deadline' | 'draws' | 'keepCheckpoints' | 'savePosterior' | 'verbose'
>;

/** What a run's settings say of weights whose layer says nothing else. */
export function weightsDefaultsOf({
  initialScale,
  prior,
}: Pick<RunConfiguration, 'initialScale' | 'prior'>): WeightsDefaults {
  const { kind, scale, fanIn, narrowScale, share } = prior;
  return {
    initialScale,
    prior: kind === 'normal' ? { kind, scale, fanIn } : { kind, scales: [scale, narrowScale], share },
  };
}

/** Why values are refused. */
export interface Problem {
  readonly path: readonly string[];
  /** unknown: there is no such key; `choices` are those that there are */
  readonly kind: 'unknown' | 'refused';
  readonly expected: string;
  /** names that may have been meant */
  readonly choices: readonly string[];
  /** the default; undefined where there is none: of a group, of an unknown key */
  readonly usual?: unknown;
}

/** The values of a run that says nothing. */
export const defaults: RunConfiguration = defaultsOf(settings);

/**
 * Lays values, nested as config.yaml is, over a configuration: groups key by key, the value of a setting as a whole.
 * @throws what `refuse` makes of the first problem
 */
export function overlay(
  below: RunConfiguration,
  above: unknown,
  refuse: (problem: Problem) => Error,
): RunConfiguration {
  return laid(settings, below, { above, path: [], refuse });
}

interface Laying {
  readonly above: unknown;
  readonly path: readonly string[];
  readonly refuse: (problem: Problem) => Error;
}

function laid<Table extends SettingTable>(
  table: Table,
  below: object,
  { above, path, refuse }: Laying,
): ValuesOf<Table> {
  const known = Object.keys(table);
  if (!isMapping(above)) {
    throw refuse({ kind: 'refused', path, expected: `a mapping with the keys ${known.join(', ')}`, choices: [] });
  }
  const [under, over] = [new Map(Object.entries(below)), new Map(Object.entries(above))];
  const values = filled(table, (row, key) => {
    if (!over.has(key)) return under.get(key);
    const at = { above: over.get(key), path: [...path, key], refuse };
    if (!isSetting(row)) return laid(row, under.get(key), at);
    const read = row.read(at.above);
    if (read !== undefined) return read;
    const { expected, choices, usual } = row;
    throw refuse({ kind: 'refused', path: at.path, expected, choices, usual });
  });
  const stranger = Object.keys(above).find((key) => !Object.hasOwn(table, key));
  if (stranger === undefined) return values;
  throw refuse({
    kind: 'unknown',
    path: [...path, stranger],
    expected: `one of ${known.join(', ')}`,
    choices: known,
  });
}

function defaultsOf<Table extends SettingTable>(table: Table): ValuesOf<Table> {
  return filled(table, (row) => (isSetting(row) ? row.usual : defaultsOf(row)));
}

/** A value for every row. */
function filled<Table extends SettingTable>(
  table: Table,
  valueOf: (row: Setting | SettingTable, key: string) => unknown,
): ValuesOf<Table> {
  // What a mapped type cannot tell: these are the keys of the table, each with a value of its row.
  return Object.fromEntries(Object.entries(table).map(([key, row]) => [key, valueOf(row, key)])) as ValuesOf<Table>;
}
